// Package value holds the values that templates compute with, as the Java
// types behind the real service behave: insertion-ordered maps, lists,
// strings, Integer, Long, BigInteger, Double, BigDecimal, Boolean and null.
//
// What flows in: JSON documents and Go values of the caller. What flows out:
// text, exactly as Java's toString or json-smart's toJSONString writes it.
//
// It knows neither Velocity nor JSONPath nor gateways, never reads a clock or
// the network, and holds no mutable state of its own.
package value
