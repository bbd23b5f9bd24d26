// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"slices"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// Options are the settings of a Translator. The caller has validated them.
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
	// TimestampIsStart says that a script API record's dateTime is the start of the call rather than its end.
	TimestampIsStart bool
	// ContactSpans says that call legs have spans. Metrics and logs then refer to them.
	ContactSpans bool
	// ScriptParents says that an API call's span has its contact's span as its parent.
	ScriptParents bool
	Privacy       privacy.Policies
}

// Resource says which resource attributes are set.
type Resource struct{ ServiceName, BusinessUnit, Cluster bool }

// FigureOptions are the settings of one figure.
type FigureOptions struct {
	// Metric is true for a figure with a gauge. It is an attribute on spans and logs either way.
	Metric bool
	// Attributes are the names of the gauge's attributes.
	Attributes []string
	// Unit is the unit of the vendor's number.
	Unit Unit
	// ZeroIsUnmeasured says that zero means "not measured".
	ZeroIsUnmeasured bool
	// Threshold is the limit in the metric's unit beyond which a call counts as degraded; 0 switches it off.
	Threshold float64
}

// Translator turns records into telemetry. It is safe for concurrent use: only its Batches change.
type Translator struct {
	options Options
	// plans holds, for each figure, the attributes of its gauge as positions in voiceAttributes.
	plans [NumFigures][]int
	// samePlan says that a figure has the same plan as the figure before it.
	samePlan [NumFigures]bool
	// observedPlan holds the attributes of the call legs' aggregated metrics.
	observedPlan []int
	// observedSets are attributes of observations so far.
	observedSets observedSets
}

// New returns a Translator. Names of attributes that metrics cannot have are ignored.
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
