// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"slices"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// Options are the settings of a Translator, checked by whoever reads the configuration.
type Options struct {
	ServiceName  string
	ScopeName    string // the receiver's
	ScopeVersion string
	Namespace    string // mixed into every ID
	Resource     Resource
	Figures      [NumFigures]FigureOptions
	// Observed says which attributes the aggregated metrics have.
	Observed     Observed
	ResponseTime Unit // of a script API record's responseTime
	// TimestampIsStart says that a script API record's dateTime is when the call began rather than when it ended.
	TimestampIsStart bool
	// ContactSpans says that call legs give spans, to which metrics and logs then point.
	ContactSpans bool
	// ScriptParents says that an API call's span has its contact's span as its parent.
	ScriptParents bool
	Privacy       privacy.Policies
}

// Resource says which resource attributes are given.
type Resource struct{ ServiceName, BusinessUnit, Cluster bool }

// FigureOptions are the settings of one figure.
type FigureOptions struct {
	// Metric reports whether the figure gives a gauge. It is an attribute on spans and logs either way.
	Metric bool
	// Attributes are the names of the gauge's attributes.
	Attributes []string
	// Unit is what the vendor's number is in.
	Unit Unit
	// ZeroIsUnmeasured says that zero means "not measured".
	ZeroIsUnmeasured bool
	// Threshold in the metric's unit, past which a call counts as degraded; 0 is off.
	Threshold float64
}

// Translator makes telemetry of records. It is safe for concurrent use: what changes is in its Batches.
type Translator struct {
	options Options
	// plans holds, for each figure, the attributes of its gauge as positions in voiceAttributes.
	plans [NumFigures][]int
	// samePlan says that a figure's plan is the one of the figure before it.
	samePlan [NumFigures]bool
	// observedPlan holds the attributes of the call legs' aggregated metrics.
	observedPlan []int
}

// New returns a Translator. Names of attributes that are on no metric are passed over.
func New(options Options) *Translator {
	t := &Translator{options: options, observedPlan: plan(options.Observed.Call)}
	for f := range NumFigures {
		t.plans[f] = plan(options.Figures[f].Attributes)
		t.samePlan[f] = f > 0 && slices.Equal(t.plans[f], t.plans[f-1])
	}
	return t
}

// plan returns the positions of attributes in voiceAttributes.
func plan(names []string) (plan []int) {
	for i := range voiceAttributes {
		if a := &voiceAttributes[i]; a.metrics && slices.Contains(names, a.key) {
			plan = append(plan, i)
		}
	}
	return plan
}
