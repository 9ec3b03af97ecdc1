#include "textflag.h"

// func prefetch(pair *[2]apiKey, at *slot)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVD pair+0(FP), R0
	MOVD at+8(FP), R1
	PRFM (R0), PLDL1KEEP
	PRFM 64(R0), PLDL1KEEP
	PRFM 128(R0), PLDL1KEEP
	PRFM 192(R0), PLDL1KEEP
	PRFM (R1), PLDL1KEEP
	RET
