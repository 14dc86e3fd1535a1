drop table imports
