"""Cases on both sides of every rule of the contracts."""

NEXT_DAY = "2004-03-02T10:00:01+00:00"
# 30 June in Greenwich, 1 July in London
JUST_AFTER_MIDNIGHT = {
    "created_at": "2003-07-01T00:30:00+01:00",
    "first_dispatched_at": "",
    "first_on_scene_at": "",
    "closed_at": "",
}
LEFT = {"left_before_service": "true", "service_started_at": ""}
# rule: changes to a good row that break it, and changes that just keep it
RULES = {
    "answered_before_offered": (
        {"answered_at": "2004-03-01T09:59:59+00:00"},
        {"answered_at": "2004-03-01T10:00:00+00:00"},
    ),
    "ended_before_offered": (
        {
            "outcome": "abandoned",
            "answered_at": "",
            "ended_at": "2004-03-01T09:59:59+00:00",
        },
        {
            "outcome": "abandoned",
            "answered_at": "",
            "ended_at": "2004-03-01T10:00:00+00:00",
        },
    ),
    "ended_before_answered": (
        {"ended_at": "2004-03-01T10:00:07+00:00"},
        {"ended_at": "2004-03-01T10:00:08+00:00"},
    ),
    "answered_at_and_outcome_disagree": (
        {"outcome": "overflowed"},
        {"outcome": "transferred_out"},
    ),
    "abandoned_without_end": (
        {"outcome": "abandoned", "answered_at": "", "ended_at": ""},
        {"outcome": "failed", "answered_at": "", "ended_at": ""},
    ),
    "wait_too_long": (
        {"answered_at": "2004-03-01T10:10:01+00:00", "ended_at": ""},
        {"answered_at": "2004-03-01T10:10:00+00:00", "ended_at": ""},
    ),
    "incident_and_disposition_disagree": (
        {"incident_ref": "20040301-1"},
        {"incident_ref": "20040301-1", "disposition": "linked_incident"},
    ),
    "secondary_without_parent": (
        {"stage": "secondary", "parent_call_id": ""},
        {"stage": "secondary", "parent_call_id": "C0"},
    ),
    "answered_without_disposition": (
        {"disposition": ""},
        {"outcome": "transferred_out", "disposition": ""},
    ),
    "own_parent": (
        {"call_id": "C2", "stage": "secondary", "parent_call_id": "C2"},
        {"call_id": "C3", "stage": "secondary", "parent_call_id": "C2"},
    ),
    "dispatched_before_created": (
        {"first_dispatched_at": "2004-03-01T09:59:59+00:00"},
        {"first_dispatched_at": "2004-03-01T10:00:00+00:00"},
    ),
    "on_scene_before_created": (
        {"first_on_scene_at": "2004-03-01T09:59:59+00:00", "first_dispatched_at": ""},
        {
            "first_on_scene_at": "2004-03-01T09:59:59+00:00",
            "first_dispatched_at": "",
            "origin": "police",
        },
    ),
    "on_scene_before_dispatched": (
        {"first_dispatched_at": "2004-03-01T10:09:01+00:00"},
        {"first_dispatched_at": "2004-03-01T10:09:00+00:00"},
    ),
    "on_scene_after_a_day": (
        {"first_on_scene_at": NEXT_DAY, "closed_at": ""},
        {"first_on_scene_at": "2004-03-02T10:00:00+00:00", "closed_at": ""},
    ),
    "closed_before_created": (
        {
            "closed_at": "2004-03-01T09:59:59+00:00",
            "first_on_scene_at": "",
            "first_dispatched_at": "",
        },
        {
            "closed_at": "2004-03-01T10:00:00+00:00",
            "first_on_scene_at": "",
            "first_dispatched_at": "",
        },
    ),
    "closed_before_on_scene": (
        {"closed_at": "2004-03-01T10:08:59+00:00"},
        {"closed_at": "2004-03-01T10:09:00+00:00"},
    ),
    "on_scene_without_unit": ({"units_assigned": "0"}, {"units_assigned": "1"}),
    "regrade_not_counted": (
        {"grade_final": "S"},
        {"grade_final": "S", "grade_change_count": "1", "regraded_at": NEXT_DAY},
    ),
    "duplicate_not_resolved_as_duplicate": (
        {"duplicate_of": "20040301-0", "attendance_required": "false"},
        {
            "duplicate_of": "20040301-0",
            "attendance_required": "false",
            "resolution": "duplicate",
        },
    ),
    "duplicate_needs_attendance": (
        {"duplicate_of": "20040301-0", "resolution": "duplicate"},
        {
            "duplicate_of": "20040301-0",
            "resolution": "duplicate",
            "attendance_required": "false",
        },
    ),
    "own_duplicate": (
        {
            "incident_ref": "1",
            "duplicate_of": "1",
            "resolution": "duplicate",
            "attendance_required": "false",
        },
        {
            "incident_ref": "2",
            "duplicate_of": "1",
            "resolution": "duplicate",
            "attendance_required": "false",
        },
    ),
    "incident_ref_has_its_date": (
        {"incident_ref": "20040301-1", **JUST_AFTER_MIDNIGHT},
        {"incident_ref": "20030701-1", **JUST_AFTER_MIDNIGHT},
    ),
    "closed_before_dispatched": (
        {"closed_at": "2004-03-01T10:00:59+00:00", "first_on_scene_at": ""},
        {"closed_at": "2004-03-01T10:01:00+00:00", "first_on_scene_at": ""},
    ),
    "referred_needs_attendance": (
        {"grade_first": "R", "grade_final": "R"},
        {"grade_first": "R", "grade_final": "R", "attendance_required": "false"},
    ),
    "police_grade_after_its_end": (
        {
            "grade_first": "P",
            "grade_final": "P",
            "created_at": "2009-04-01T00:00:00+01:00",
            "first_dispatched_at": "",
            "first_on_scene_at": "",
            "closed_at": "",
        },
        {
            "grade_first": "P",
            "grade_final": "P",
            "created_at": "2009-03-31T23:59:59+01:00",
            "first_dispatched_at": "",
            "first_on_scene_at": "",
            "closed_at": "",
        },
    ),
    "period_ends_before_it_starts": (
        {"period_start_on": "2004-04-01"},
        {"period_start_on": "2004-03-31"},
    ),
    "sample_below_one": ({"n": "0"}, {"n": "1"}),
    "service_before_arrival": (
        {"service_started_at": "2004-03-01T10:59:59+00:00"},
        {"service_started_at": "2004-03-01T11:00:00+00:00"},
    ),
    "service_ends_before_arrival": (
        {**LEFT, "service_ended_at": "2004-03-01T10:59:59+00:00"},
        {**LEFT, "service_ended_at": "2004-03-01T11:00:00+00:00"},
    ),
    "service_ends_before_it_starts": (
        {"service_ended_at": "2004-03-01T11:04:59+00:00"},
        {"service_ended_at": "2004-03-01T11:05:00+00:00"},
    ),
    "left_and_service_disagree": (
        {"left_before_service": "true"},
        {**LEFT, "service_ended_at": ""},
    ),
    "sample_without_grossing_factor": (
        {"recorded_by": "sample_count"},
        {"recorded_by": "sample_count", "grossing_factor": "12.5"},
    ),
    "grossing_factor_not_positive": (
        {"grossing_factor": "0"},
        {"grossing_factor": "0.000001"},
    ),
    "experience_after_interview": (
        {"experience_date": "2004-03-02"},
        {"experience_date": "2004-03-01"},
    ),
    # 1 March 2004 is 140 days after 13 October 2003
    "experience_too_long_ago": (
        {"experience_date": "2003-10-12"},
        {"experience_date": "2003-10-13"},
    ),
    "experience_in_general_survey": (
        {"survey_code": "PAS"},
        {"survey_code": "C999"},
    ),
    "facility_outside_counter_survey": (
        {"facility_code": "CO1", "survey_code": "USS"},
        {"facility_code": "CO1"},
    ),
    "weight_not_positive": ({"weight": "0"}, {"weight": "0.000001"}),
    "design_effect_not_positive": (
        {"design_effect": "0"},
        {"design_effect": "0.000001"},
    ),
    "fte_above_headcount": ({"fte_actual": "40.1"}, {"fte_actual": "40"}),
    "probationers_above_fte": (
        {"probationer_fte": "38.6"},
        {"probationer_fte": "38.5"},
    ),
    "probationers_among_staff": (
        {"staff_group": "call_handling_staff"},
        {"staff_group": "call_handling_staff", "probationer_fte": "0"},
    ),
    # 38.5 full-time equivalents have at most 885.5 working days in a month
    "sickness_above_working_days": (
        {"sickness_days_lost": "885.6"},
        {"sickness_days_lost": "885.5"},
    ),
    "trained_above_headcount": (
        {"training_complete_headcount": "41"},
        {"training_complete_headcount": "40"},
    ),
    "negative_budget": (
        {"budget_profiled": "-0.01"},
        {"budget_profiled": "-0.01", "is_reversal": "true"},
    ),
    "negative_actual": (
        {"actual": "-0.01"},
        {"actual": "-0.01", "is_reversal": "true"},
    ),
    "negative_accrual": (
        {"accrual": "-0.01"},
        {"accrual": "-0.01", "is_reversal": "true"},
    ),
    "period_and_month_disagree": (
        {"period": "13", "month": "2004-02"},
        {"period": "13", "month": "2004-03"},
    ),
    "single_hours_above_total": (
        {"patrol_hours_single": "900.1"},
        {"patrol_hours_single": "900"},
    ),
    "stops_kept_above_scheduled": ({"stops_kept": "21"}, {"stops_kept": "20"}),
    "frontline_hours_above_total": (
        {"hours_frontline": "1000.1"},
        {"hours_frontline": "1000"},
    ),
}
