// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/cxone-otel/cxonereceiver/receiver"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/configkeys"
)

// schema is the part of JSON Schema that is needed here. Properties come in the order of their names.
type schema struct {
	Schema               string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Type                 types              `json:"type,omitempty"`
	Default              any                `json:"default,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	Enum                 []string           `json:"enum,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	Minimum              *int               `json:"minimum,omitempty"`
	Maximum              *int               `json:"maximum,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	PatternProperties    map[string]*schema `json:"patternProperties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"` // false or a *schema
}

// types are those that a value can have.
type types []string

// MarshalJSON writes a single type without brackets.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

const (
	// reference is what the collector replaces before it reads a value: ${env:NAME}, ${file:path} and the like. It can
	// stand for any value, so that each is also allowed to be such a text.
	reference = `\$\{.+\}`
	// duration is what time.ParseDuration reads.
	duration = `^-?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$|^0$|` + reference
)

// file returns the schema of a collector's configuration: of it, only this receiver's keys are described.
func file() (*schema, error) {
	w := walker{choices: choices()}
	config := receiver.NewFactory().CreateDefaultConfig()
	keys := w.value("", reflect.ValueOf(config).Elem())
	keys.Description = "The NICE CXone receiver: docs/configuration.md explains its keys."
	return &schema{
		Schema: "https://json-schema.org/draft/2020-12/schema",
		Title:  "Configuration of an OpenTelemetry Collector with the cxone receiver",
		Type:   []string{"object"},
		Properties: map[string]*schema{"receivers": {
			Type:              types{"object"},
			PatternProperties: map[string]*schema{`^cxone(/.+)?$`: keys},
		}},
	}, w.err
}

// walker goes through a configuration's types. Paths are of keys, as in the collector's errors: aggregation::max_series.
type walker struct {
	comments comments
	choices  map[string][]string
	err      error // the first
}

// value returns the schema of a value that is the default.
func (w *walker) value(path string, v reflect.Value) *schema {
	t := v.Type()
	switch {
	case t.Kind() == reflect.Pointer:
		return w.value(path, pointedTo(v))
	case t == reflect.TypeFor[time.Duration]():
		zero := 0
		s := &schema{Type: types{"string", "integer"}, Pattern: duration, Minimum: &zero, Maximum: &zero}
		if d := v.Interface().(time.Duration); d != 0 {
			s.Default = shortDuration(d)
		}
		return s
	case t == reflect.TypeFor[configopaque.MapList]():
		return &schema{Type: types{"object", "array", "string"}, Pattern: reference}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) && t.Kind() != reflect.String:
		return &schema{Type: types{"string"}}
	}
	if inner, ok := configkeys.OptionalOf(t); ok {
		return w.optional(path, v, inner)
	}
	switch t.Kind() {
	case reflect.Struct:
		s := &schema{
			Type: types{"object", "null", "string"}, Pattern: reference,
			Properties: map[string]*schema{}, AdditionalProperties: false,
		}
		w.fields(path, v, s.Properties)
		return s
	case reflect.Map:
		return w.byName(path, t.Elem())
	case reflect.Slice:
		return w.list(path, v)
	case reflect.Bool:
		return &schema{Type: types{"boolean", "string"}, Pattern: reference, Default: v.Bool()}
	case reflect.Float32, reflect.Float64:
		return &schema{Type: types{"number", "string"}, Pattern: reference, Default: nonZero(v)}
	case reflect.String:
		return w.text(path, v)
	default:
		return &schema{Type: types{"integer", "string"}, Pattern: reference, Default: nonZero(v)}
	}
}

// optional returns the schema of a block that can be switched off: the collector itself reads its key `enabled`.
func (w *walker) optional(path string, v reflect.Value, inner reflect.Type) *schema {
	s := w.value(path, pointedTo(v.Addr().MethodByName("Get").Call(nil)[0], inner))
	if s.Properties != nil {
		s.Properties["enabled"] = &schema{
			Description: "Whether the block counts.", Type: types{"boolean", "string"}, Pattern: reference, Default: true,
		}
	}
	return s
}

// pointedTo returns what a pointer points to, and for nil a zero value.
func pointedTo(pointer reflect.Value, types ...reflect.Type) reflect.Value {
	if !pointer.IsNil() {
		return pointer.Elem()
	}
	t := pointer.Type().Elem()
	if len(types) > 0 {
		t = types[0]
	}
	return reflect.New(t).Elem()
}

// fields adds the schema of each of a struct's keys, those of squashed structs among them.
func (w *walker) fields(path string, v reflect.Value, properties map[string]*schema) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch key, squash := configkeys.KeyOf(f); {
		case squash:
			w.fields(path, v.Field(i), properties)
		case key != "":
			s := w.value(configkeys.Below(path, key), addressable(v.Field(i)))
			comment, err := w.comments.of(v.Type(), f.Name)
			if err != nil && w.err == nil {
				w.err = err
			}
			s.Description = describe(comment, f.Name, key)
			properties[key] = s
		}
	}
}

// addressable returns a copy whose pointer methods can be called.
func addressable(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// describe returns a field's comment with the name that the reader knows, which is the key's.
func describe(comment, field, key string) string {
	if rest, ok := strings.CutPrefix(comment, field+" "); ok {
		return key + " " + rest
	}
	return comment
}

func (w *walker) list(path string, v reflect.Value) *schema {
	s := &schema{Type: types{"array", "string"}, Pattern: reference}
	s.Items = w.value(path, reflect.New(v.Type().Elem()).Elem())
	if v.Len() > 0 && v.Type().Elem().Kind() == reflect.String {
		s.Default = v.Interface()
	}
	return s
}

func (w *walker) byName(path string, elem reflect.Type) *schema {
	s := &schema{Type: types{"object", "null", "string"}, Pattern: reference}
	element := w.value(path, reflect.New(elem).Elem())
	if names, ok := w.choices[path]; ok {
		s.AdditionalProperties = false
		s.Properties = maps.Collect(func(yield func(string, *schema) bool) {
			for _, name := range names {
				if !yield(name, element) {
					return
				}
			}
		})
		return s
	}
	s.AdditionalProperties = element
	return s
}

func (w *walker) text(path string, v reflect.Value) *schema {
	s := &schema{Default: nonZero(v)}
	if names, ok := w.choices[path]; ok {
		s.AnyOf = []*schema{{Enum: names}, {Type: types{"string"}, Pattern: reference}}
		return s
	}
	s.Type = types{"string"}
	return s
}

// nonZero returns a default to show; that a key is empty by default says nothing.
func nonZero(v reflect.Value) any {
	if v.IsZero() || v.Type() == reflect.TypeFor[configopaque.String]() {
		return nil
	}
	return v.Interface()
}

// shortDuration writes 15m where String says 15m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
