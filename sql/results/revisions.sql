select
    revisions.kpi,
    revisions.part,
    revisions.on_date,
    revisions.was_value,
    revisions.was_n,
    revisions.was_numerator,
    revisions.was_denominator,
    revisions.was_build,
    revisions.was_as_at,
    revisions.was_provisional,
    revisions.reason,
    revisions.was_digest,
    texts.header
from cube.revisions as revisions
left join cube.kpi_texts as texts
    on texts.kpi = revisions.kpi and texts.digest = revisions.was_digest
where
    list_contains(?::varchar[], revisions.kpi)
    and revisions.area_code = ?
order by
    revisions.on_date,
    revisions.was_as_at desc,
    revisions.was_build desc,
    revisions.kpi,
    revisions.part
