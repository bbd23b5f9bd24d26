// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package datadog decodes the dashboard and the monitors of examples/datadog into the types of Datadog's own API client, strictly:
// what the client does not know is an error. It is a module of its own, so that nothing else depends on that client. Which
// metrics and tags they ask for is held to what the example sends by the tests in test/.
package datadog

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../examples/datadog/" + name)
	require.NoError(t, err)
	return text
}

// unknown finds what the client could not put into its types: additional properties, and objects that are of none of the kinds
// that stand there.
func unknown(path string, v reflect.Value) (found []string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			found = unknown(path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, unknown(fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			switch {
			case !field.IsExported():
			case field.Name == "AdditionalProperties" || field.Name == "UnparsedObject":
				if !v.Field(i).IsZero() {
					found = append(found, fmt.Sprintf("%s: %v", path, v.Field(i)))
				}
			default:
				found = append(found, unknown(path+"."+field.Name, v.Field(i))...)
			}
		}
	}
	return found
}

func TestDashboardDecodesStrictly(t *testing.T) {
	text := read(t, "dashboard.json")
	var dashboard datadogV1.Dashboard
	require.NoError(t, json.Unmarshal(text, &dashboard))
	assert.Empty(t, unknown("dashboard", reflect.ValueOf(&dashboard)))

	for from, to := range map[string]string{
		`"response_format"`: `"response_fromat"`, `"toplist"`: `"toplisst"`, `"display_type": "bars"`: `"display_type": "barrs"`,
	} {
		require.Contains(t, string(text), from)
		var wrong datadogV1.Dashboard
		err := json.Unmarshal([]byte(strings.Replace(string(text), from, to, 1)), &wrong)
		assert.True(t, err != nil || len(unknown("", reflect.ValueOf(&wrong))) > 0, "%s is not noticed", to)
	}
}

func TestMonitorsDecodeStrictly(t *testing.T) {
	text := read(t, "monitors.json")
	var monitors []datadogV1.Monitor
	require.NoError(t, json.Unmarshal(text, &monitors))
	require.NotEmpty(t, monitors)
	assert.Empty(t, unknown("monitors", reflect.ValueOf(&monitors)))
	for _, m := range monitors {
		assert.Contains(t, m.GetMessage(), "troubleshooting.md", m.GetName())
		thresholds := m.GetOptions().Thresholds
		require.NotNil(t, thresholds, m.GetName())
		assert.True(t, strings.HasSuffix(m.Query, fmt.Sprintf(" %v", thresholds.GetCritical())), "%s: %s", m.GetName(), m.Query)
	}

	var wrong []datadogV1.Monitor
	err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), `"query alert"`, `"query alerts"`)), &wrong)
	assert.True(t, err != nil || len(unknown("", reflect.ValueOf(&wrong))) > 0, "a type of monitor that is not there is not noticed")
}
