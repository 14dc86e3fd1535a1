copy (
    select
        {columns},
        {import_id} as import_id,
        0::bigint as line,
        {extracted_at}::timestamptz as extracted_at,
        case when _faults <> 0 and _filtered is null then {problems} end as flags,
        case
            when _filtered is not null then 'filtered'
            when _faults & {refusing_bits} <> 0 then 'refused'
            when {is_past_retention} then 'filtered'
            else 'accepted'
        end as fate,
        case
            when _filtered is not null then _filtered
            when _faults & {refusing_bits} <> 0 then 'refused'
            when {is_past_retention} then 'past_retention'
            else strftime({happened}, '%Y-%m')
        end as part
    from judged
) to {target} (format parquet, compression lz4)
