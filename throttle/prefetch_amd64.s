#include "textflag.h"

// func prefetch(pair *[2]apiKey, at *slot)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVQ pair+0(FP), AX
	MOVQ at+8(FP), BX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)
	PREFETCHT0 128(AX)
	PREFETCHT0 192(AX)
	PREFETCHT0 (BX)
	RET
