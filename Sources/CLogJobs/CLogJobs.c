#include "CLogJobs.h"
