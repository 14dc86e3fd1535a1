create table answers as
select
    question.question_code,
    scale.answer_code::bigint as answer_code,
    list_contains(
        string_split(question.satisfied_codes, ';'), scale.answer_code::varchar
    ) as is_satisfied,
    question.valid_from,
    question.valid_to
from question
inner join scale on scale.scale_code = question.scale_code
-- refused, do not know, not applicable
where scale.answer_code not in (97, 98, 99)
