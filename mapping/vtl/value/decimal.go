package value

import "math/big"

// BigDecimal is java.math.BigDecimal: Unscaled times ten to the power of -Scale.
type BigDecimal struct {
	Unscaled *big.Int
	Scale    int32
}
