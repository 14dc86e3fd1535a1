select
    findings.area_code,
    findings.first_on::date as first_on,
    findings.last_on::date as last_on,
    texts.says,
    texts.unusable
from cube.findings as findings
inner join cube.finding_texts as texts on texts.finding = findings.finding
where texts.unusable <> '{}'
order by findings.first_on, findings.area_code, texts.says
