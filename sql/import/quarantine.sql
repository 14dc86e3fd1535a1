copy (
    select guarded(columns(*)::varchar) as "\0"
    from (
        select *
        from (
            select
                {file} as quarantined_from,
                _line as quarantined_line,
                null::bigint as byte_offset,
                array_to_string(list_transform(wrong, lambda one: one.rule), '; ') as rules,
                array_to_string(
                    list_transform(wrong, lambda one: coalesce(one."column", '')), '; '
                ) as wrong_columns,
                array_to_string(
                    list_transform(wrong, lambda one: coalesce(one.value, '')), '; '
                ) as wrong_values,
                array_to_string(list_transform(wrong, lambda one: one.remedy), '; ')
                    as what_would_be_right,
                {texts}
            from (
                select
                    *,
                    case
                        when _faults & {refusing_bits} <> 0 then {problems}
                        else [{key_repeated}]
                    end as wrong
                from (
                    select
                        in_order.*,
                        {line} as _line
                    from judged as in_order
                    {line_shift}
                )
                where
                    _filtered is null
                    and (
                        _faults & {refusing_bits} <> 0
                        or _line in (select line from repeated where verdict = 'key_repeated')
                    )
            )
            union all by name
            select
                {file} as quarantined_from,
                line as quarantined_line,
                byte_offset,
                'cannot_be_split' as rules,
                problem as wrong_values,
                {split_remedy} as what_would_be_right
            from unsplittable
        )
        order by quarantined_line
    )
) to {target} (format csv, header)
