set global timezone = 'Europe/London'
