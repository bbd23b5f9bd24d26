// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// comments are those on the fields of structs, by package, type and field.
type comments map[string]map[string]string

// of returns the comment on a field, as one line.
func (c *comments) of(t reflect.Type, field string) (string, error) {
	if *c == nil {
		*c = comments{}
	}
	fields, ok := (*c)[t.PkgPath()]
	if !ok {
		var err error
		if fields, err = readComments(t.PkgPath()); err != nil {
			return "", err
		}
		(*c)[t.PkgPath()] = fields
	}
	return fields[t.Name()+"."+field], nil
}

// readComments reads a package's source, which go build found to compile this program.
func readComments(path string) (map[string]string, error) {
	found, err := build.Import(path, ".", 0)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(found.Dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, id := range f.Names {
						fields[spec.Name.Name+"."+id.Name] = oneLine(f)
					}
				}
			}
			return true
		})
	}
	return fields, nil
}

// oneLine returns the comment above a field, or the one behind it.
func oneLine(f *ast.Field) string {
	text := f.Doc.Text()
	if text == "" {
		text = f.Comment.Text()
	}
	return strings.Join(strings.Fields(text), " ")
}
