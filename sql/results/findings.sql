select
    findings.finding,
    texts.title,
    texts.says,
    findings.source,
    findings.area_code,
    min(findings.first_on) as first_on,
    max(findings.last_on) as last_on,
    sum(findings.row_count)::bigint as row_count,
    min(findings.example) as example,
    texts.unusable <> '{}' as is_unreliable
from cube.findings as findings
inner join cube.finding_texts as texts on texts.finding = findings.finding
group by all
order by is_unreliable desc, findings.finding, findings.area_code
