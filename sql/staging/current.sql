with lake_rows as (
    {lake_rows}
),

refused as (
    {refused}
),

standing as (
    select lake.*
    from lake_rows as lake
    where not exists (
        select 1
        from imports as own
        inner join imports as edition on edition.mapping = own.mapping
        where
            own.import_id = lake.import_id
            and edition.replaces = 'period'
            and (edition.extracted_at, edition.import_id)
            > (own.extracted_at, own.import_id)
            and lake.{happened}::date between edition.covers_from and edition.covers_to
            and (
                edition.areas is null
                or list_contains(edition.areas, lake.{area})
                -- a row without an area is replaced when all its import's areas are
                or (lake.{area} is null and list_has_all(edition.areas, own.areas))
            )
            -- an edition holds a row that it refused
            and not exists (
                select 1
                from refused
                where
                    refused.import_id = edition.import_id
                    and refused.key = struct_pack({key_of_lake_row})
            )
    )
),

{current} as (
    select *
    from standing
    qualify row_number() over (
        partition by {key}
        order by extracted_at desc, import_id desc
    ) = 1
)
