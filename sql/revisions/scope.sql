{name} as (
    select distinct
        area_code as area,
        area_code
    from {cells}
    where area_code <> ''
    union
    select
        'MPS' as area,
        area_code
    from {cells}
    union
    select
        bocu_code as area,
        facility_code as area_code
    from {facility}
)
