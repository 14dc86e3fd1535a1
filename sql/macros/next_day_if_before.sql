create macro next_day_if_before(clock, earlier) as (
    case
        when clock < earlier and clock + interval 1 day - earlier <= interval 12 hours
            then clock + interval 1 day
        else clock
    end
)
