package jsonpath

type faultKind uint8

const (
	faultNotFound faultKind = iota // PathNotFoundException
	faultInvalid                   // InvalidPathException, which filters take as false
	faultBounds                    // IndexOutOfBoundsException, which array tokens swallow
	faultOther                     // any other exception: it ends the read
)

// fault is an exception on its way up.
type fault struct {
	kind    faultKind
	message string
}

func (f *fault) falsifies() bool { return f.kind == faultNotFound || f.kind == faultInvalid }

// The faults without details of their own. They are never changed.
var (
	notFound       = &fault{kind: faultNotFound, message: "No results"}
	nullRoot       = &fault{kind: faultOther, message: "root can not be null"}
	tooManySteps   = &fault{kind: faultOther, message: "too many steps"}
	tooDeep        = &fault{kind: faultOther, message: "document is nested too deeply"}
	outOfBounds    = &fault{kind: faultBounds, message: "Index out of bounds"}
	emptyAggregate = &fault{kind: faultOther, message: "Aggregation function attempted to calculate value using empty array"}
	nothingToScan  = &fault{kind: faultOther, message: "Current path token is a leaf"}
	onPrimitive    = &fault{kind: faultInvalid, message: "Filter can not be applied to primitives"}
	notNumeric     = &fault{kind: faultOther, message: "Character array is missing \"exponent\" mark 'e' or 'E'."}
	noValueType    = &fault{kind: faultOther, message: "Could not determine value type"}
	noNode         = &fault{kind: faultOther, message: "Could not convert a value to a ValueNode"}
	mapIsNoList    = &fault{kind: faultOther, message: "class java.util.LinkedHashMap cannot be cast to class java.util.Collection"}
	noExists       = &fault{kind: faultOther, message: "Failed to evaluate exists expression"}
	wrongNode      = &fault{kind: faultInvalid, message: "Unexpected type of node"}
	noPath         = &fault{kind: faultOther, message: "length() needs a path"}
)
