create table caller_key as
select
    ?::varchar as mark,
    ?::blob as inner_pad,
    ?::blob as outer_pad
