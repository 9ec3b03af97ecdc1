//go:build linux

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// The chart's measures, in pixels.
const (
	chartWidth = 860
	nameWidth  = 240 // of the names at the left
	figures    = 110 // of the figures at the right
	barHeight  = 14
	barGap     = 4
	groupGap   = 14
	chartTop   = 56
)

// colours of the bars: sluice stands out, the bare peers are what it is held against.
var colours = map[string]string{nameSluice: "#0b7285", nameServer: "#868e96", nameProxy: "#868e96"}

const otherColour = "#ced4da"

// chart draws CPU a request as bars, a group a scenario. What takes more than a
// few times as much as sluice is cut off, with its figure beside it.
func (r *report) chart() []byte {
	longest := 0.0
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		if g := s.find(nameSluice); g != nil {
			longest = max(longest, g.CPU)
		}
		if g := s.find(s.Yardstick); g != nil {
			longest = max(longest, g.CPU)
		}
	}
	longest *= 1.15
	var b bytes.Buffer
	y := chartTop
	for _, s := range r.Scenarios {
		for i, g := range s.Gateways {
			if g.Error != "" {
				continue
			}
			label := g.Name
			if i == 0 {
				text(&b, 12, y+11, "start", "#212529", true, s.Name)
			}
			text(&b, nameWidth-8, y+11, "end", "#495057", false, label)
			room := float64(chartWidth - nameWidth - figures)
			width, cut := room*g.CPU/max(longest, 1e-9), ""
			if width > room {
				width, cut = room, " ▸"
			}
			colour := colours[g.Name]
			if colour == "" {
				colour = otherColour
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`+"\n", nameWidth, y, max(width, 1), barHeight, colour)
			text(&b, nameWidth+int(width)+6, y+11, "start", "#212529", g.Name == nameSluice, fmt.Sprintf("%.1f µs  ×%.2f%s", g.CPU, g.Ratio, cut))
			y += barHeight + barGap
		}
		y += groupGap
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="11">`+"\n",
		chartWidth, y+4, chartWidth, y+4)
	out.WriteString(`<title>CPU time a request, by gateway and scenario</title>` + "\n" + `<rect width="100%" height="100%" fill="#ffffff"/>` + "\n")
	text(&out, 12, 22, "start", "#212529", true, "CPU microseconds a request, one core a gateway: shorter is better")
	text(&out, 12, 40, "start", "#495057", false, fmt.Sprintf("%s, %d cores, medians over %d interleaved rounds; × is the ratio to bare fasthttp; sluice with access log and metrics",
		r.Date, r.Cores, r.Rounds))
	out.Write(b.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

func text(b *bytes.Buffer, x, y int, anchor, colour string, bold bool, s string) {
	weight := ""
	if bold {
		weight = ` font-weight="600"`
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="%s" fill="%s"%s>`, x, y, anchor, colour, weight)
	_ = xml.EscapeText(b, []byte(s))
	b.WriteString("</text>\n")
}
