package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/cmd/internal/importer"
	"xiangyun/protocol"
)

func itemExport() *cobra.Command {
	c := &cobra.Command{Use: "export [文件]", Short: "导出事项和指南为 CSV 或 XLSX,可再导入", Args: cobra.MaximumNArgs(1)}
	c.Flags().String("format", "", "csv 或 xlsx;不填按文件名,没有文件时为 csv")
	c.Flags().String("agency", "", "只导出该机构的事项")
	c.Flags().String("state", protocol.ItemPublished, "只导出该状态的事项")
	c.RunE = func(cmd *cobra.Command, args []string) error { return exportItems(cmd, append(args, "-")[0]) }
	return described(c, `各列与 xiangyun item import 相同。附件、条件的文字说明和指南的其他章节没有列,不在其中。
不给文件名时写到标准输出。`, actExits)
}

func exportItems(cmd *cobra.Command, file string) error {
	write, err := writerOf(flag(cmd, "format"), file)
	if err != nil {
		return err
	}
	cl, err := nodeOnly(cmd)
	if err != nil {
		return err
	}
	filings, err := allFilings(cmd.Context(), cl, url.Values{"state": {flag(cmd, "state")}, "agency": {flag(cmd, "agency")}})
	if err != nil {
		return err
	}
	if file == "-" {
		return write(cmd.OutOrStdout(), filings)
	}
	out, err := os.Create(file)
	if err != nil {
		return usageError{fmt.Errorf("写入文件: %w", err)}
	}
	if err := errors.Join(write(out, filings), out.Close()); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "导出 %d 项\n", len(filings))
	return nil
}

func writerOf(format, file string) (func(io.Writer, []protocol.ItemFiling) error, error) {
	if format == "" && len(file) > 5 && file[len(file)-5:] == ".xlsx" {
		format = "xlsx"
	}
	switch format {
	case "", "csv":
		return importer.WriteItemsCSV, nil
	case "xlsx":
		return importer.WriteItemsXLSX, nil
	}
	return nil, usageError{fmt.Errorf("--format 须为 csv 或 xlsx,不是 %q", format)}
}

// allFilings reads every item of a list with its guide, page by page.
func allFilings(ctx context.Context, cl *client.Client, q url.Values) (list []protocol.ItemFiling, err error) {
	q.Set("limit", "200")
	for {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := cl.Call(ctx, http.MethodGet, "/api/v1/items?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, row := range page.Items {
			var view struct {
				Body  protocol.Item
				Guide struct{ Body protocol.Guide }
			}
			if err := cl.Call(ctx, http.MethodGet, "/api/v1/items/"+url.PathEscape(row.ID), nil, &view); err != nil {
				return nil, fmt.Errorf("item %s: %w", row.ID, err)
			}
			list = append(list, protocol.ItemFiling{Item: view.Body, Guide: view.Guide.Body})
		}
		if page.Next == "" {
			return list, nil
		}
		q.Set("after", page.Next)
	}
}
