set global TimeZone = 'Europe/London'
