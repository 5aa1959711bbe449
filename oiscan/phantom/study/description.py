"""The study.toml of a simulated trial: the same for all of them but for its name and seed."""

from __future__ import annotations

TEMPLATE = """\
# A SIMULATED study. No child stands behind it, and no number in it is a result of any trial.

[study]
id = "SIMULATED-{seed}"
simulated = true
seed = {seed}
data_cut = 2023-12-31

[children]
file = "children.csv"
subject = "subject"
arm = "arm"
sex = "sex"
birth_date = "birth_date"
first_dose_date = "first_dose_date"
first_scan_day = "first_scan_day"

[scans]
folder = "scans"
subjects = "subjects.csv"

[[visits]]
name = "Baseline"
month = 0
target_day = -1
from_day = -30
to_day = 1

[[visits]]
name = "Month 12"
month = 12
from_day = 306
to_day = 426

[[visits]]
name = "Month 24"
month = 24
from_day = 671
to_day = 791

[arms]
denosumab = "Denosumab"
"zoledronic acid" = "Zoledronic acid"

[[tables]]
file = "doses.csv"
source = "dose"
subject = "subject"
date = "date"
unscheduled = true
[tables.columns.dose_mg]
param = "DOSE"
unit = "mg"

[[tables]]
file = "growth.csv"
source = "motor"
subject = "subject"
date = "date"
unscheduled = true
[tables.columns.weight_kg]
param = "WEIGHT"
[tables.columns.height_cm]
param = "HEIGHT"

[[tables]]
file = "labs.csv"
source = "lab"
subject = "subject"
date = "date"
unscheduled = true
[tables.columns.calcium_mmol_l]
param = "CA"
unit = "mmol/L"
low = 2.2
high = 2.7
[tables.columns.albumin_g_l]
param = "ALB"
unit = "g/L"
low = 35.0
high = 52.0
[tables.columns.phosphate_mmol_l]
param = "PHOS"
unit = "mmol/L"
low = 1.1
high = 1.9
[tables.columns.creatinine_umol_l]
param = "CREAT"
unit = "umol/L"
low = 18.0
high = 48.0
[tables.columns.alp_u_l]
param = "ALP"
unit = "U/L"
low = 140.0
high = 420.0
[tables.columns.vitamin_d_nmol_l]
param = "VITD"
unit = "nmol/L"
low = 50.0
high = 150.0
[tables.columns.urine_calcium_creatinine_mg_mg]
param = "UCACR"
unit = "mg/mg"
[tables.columns.dpd_creatinine_nmol_mmol]
param = "DPDCR"
unit = "nmol/mmol"
[tables.columns.p1np_ug_l]
param = "P1NP"
unit = "ug/L"
[tables.columns.ctx_ng_l]
param = "CTX"
unit = "ng/L"

[[tables]]
file = "motor.csv"
source = "motor"
subject = "subject"
date = "date"
[tables.columns.bamf]
param = "BAMF"
[tables.columns.gmfm88_percent]
param = "GMFM88"
[tables.columns.walk_1_min_m]
param = "WALK1M"

[[tables]]
file = "dxa.csv"
source = "printed"
subject = "subject"
date = "date"
machine = "scanner"
[tables.columns.tblh_bmd_g_cm2]
param = "TBLHBMD"
[tables.columns.tblh_z]
param = "TBLHZ"

[[tables]]
file = "fractures.csv"
source = "event"
subject = "subject"
date = "date"
unscheduled = true
[tables.columns.site]
param = "FX"

[[tables]]
file = "adverse_events.csv"
source = "event"
subject = "subject"
date = "date"
unscheduled = true
[tables.columns.term]
param = "AE"

[safety]
not_able = "zero"

[analysis]
primary = "LSBMD"
visit = "Month 24"
secondary = ["LSBMDZ", "TBLHBMD", "TBLHZ", "BAMF", "GMFM88", "WALK1M"]
covariates = ["BASE"]
reference_arm = "Zoledronic acid"
lsc_g_cm2 = 0.028
"""


def description(seed: int) -> str:
    """Text of study.toml."""
    return TEMPLATE.format(seed=seed)
