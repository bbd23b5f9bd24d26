// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package configkeys finds the keys of a configuration that its type does not know. The collector finds them too, but its
// releases v0.160 to v0.164 accept them beside an embedded type that unmarshals itself, such as confighttp's server
// (opentelemetry-collector issue 15907). A misspelt allow-list would then be off without a warning. So this package uses
// nothing of confmap but the keys.
package configkeys

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/cxone-otel/cxonereceiver/internal/nearest"
)

// CheckKnown returns an error for each key, at any level, for which the type of config has no field. The mapstructure tags
// name the fields. If a value is not a map although its type is a struct, the decoder refuses it.
func CheckKnown(keys map[string]any, config any) error {
	var errs []error
	walk("", keys, reflect.TypeOf(config), func(path string, known []string) {
		key := lastKey(path)
		errs = append(errs, unknown(strings.TrimSuffix(path, key), key, known))
	}, func(string, any, reflect.Type) {})
	return errors.Join(errs...)
}

// Explain adds to the decoder's error which values need quotes: YAML takes `version: 1` for a number where a text is
// needed. It says nothing of values that the decoder accepts, such as a number from the environment.
func Explain(problem error, keys map[string]any, config any) error {
	errs := []error{problem}
	walk("", keys, reflect.TypeOf(config), func(string, []string) {}, func(path string, value any, text reflect.Type) {
		if !strings.Contains(problem.Error(), lastKey(path)+"' expected type '"+text.String()+"'") {
			return
		}
		if text == reflect.TypeFor[configopaque.String]() {
			value = "what is there" // a secret is not shown
		}
		errs = append(errs, fmt.Errorf("%s: %v is not a text in YAML; quote it", path, value))
	})
	return errors.Join(errs...)
}

// separator separates the keys of a path, as in the collector's own errors.
const separator = "::"

// Below returns the path of a key below a path. The path of the whole configuration is empty.
func Below(path, key string) string {
	if path == "" {
		return key
	}
	return path + separator + key
}

func lastKey(path string) string {
	if i := strings.LastIndex(path, separator); i >= 0 {
		return path[i+len(separator):]
	}
	return path
}

func unknown(parent, key string, known []string) error {
	if near := nearest.Word(key, known); near != "" {
		return fmt.Errorf("unknown key %s%s; did you mean %s?", parent, key, near)
	}
	return fmt.Errorf("unknown key %s%s; the keys here are %s", parent, key, strings.Join(known, ", "))
}

// walk visits the keys below a path that the type does not know, and the scalars where the type has a text.
func walk(path string, value any, t reflect.Type, unknown func(path string, known []string),
	unquoted func(path string, value any, text reflect.Type),
) {
	optional := false
	for {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		} else if inner, ok := OptionalOf(t); ok {
			t, optional = inner, true
		} else {
			break
		}
	}
	switch v := value.(type) {
	case map[string]any:
		fields, isStruct := fieldsOf(t)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			below := Below(path, key)
			field, ok := fields[key]
			switch {
			case ok:
				walk(below, v[key], field, unknown, unquoted)
			case t.Kind() == reflect.Map:
				walk(below, v[key], t.Elem(), unknown, unquoted)
			case isStruct && (!optional || key != "enabled"): // the collector itself reads `enabled` of an optional block
				unknown(below, slices.Sorted(maps.Keys(fields)))
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, element := range v {
				walk(path+"["+strconv.Itoa(i)+"]", element, t.Elem(), unknown, unquoted)
			}
		}
	case nil, string:
	default:
		if t.Kind() == reflect.String {
			unquoted(path, v, t)
		}
	}
}

// OptionalOf returns the type within a configoptional.Optional, and whether the type is one.
func OptionalOf(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.Name(), "Optional[") {
		return nil, false
	}
	get, ok := reflect.PointerTo(t).MethodByName("Get")
	if !ok || get.Type.NumOut() != 1 || get.Type.Out(0).Kind() != reflect.Pointer {
		return nil, false
	}
	return get.Type.Out(0).Elem(), true
}

// fieldsOf returns a struct's fields by their keys, including those of squashed structs.
func fieldsOf(t reflect.Type) (fields map[string]reflect.Type, isStruct bool) {
	if t.Kind() != reflect.Struct {
		return nil, false
	}
	fields = map[string]reflect.Type{}
	for f := range t.Fields() {
		switch key, squash := KeyOf(f); {
		case squash:
			below, _ := fieldsOf(f.Type)
			maps.Copy(fields, below)
		case key != "":
			fields[key] = f.Type
		}
	}
	return fields, true
}

// KeyOf returns the key of a struct's field, as its mapstructure tag says it, and "" where it has none. squash reports whether
// the keys of the field's own struct stand in its place.
func KeyOf(f reflect.StructField) (key string, squash bool) {
	key, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
	if slices.Contains(strings.Split(options, ","), "squash") {
		return "", true
	}
	if key == "-" || !f.IsExported() {
		return "", false
	}
	return key, false
}
