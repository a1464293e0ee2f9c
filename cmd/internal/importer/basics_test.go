package importer

import (
	"slices"
	"testing"
)

func TestReadBasics(t *testing.T) { // cases.I-02
	for name, text := range map[string]string{
		"csv":  "基本编码,事项名称,事项类型,设定依据\n220050100100,低保认定,行政给付,《办法》第九条；《条例》\n220050100200,临时救助,5,《办法》\n",
		"tabs": "code\tname\ttype\tbasis\n220050100100\t低保认定\t05\t《办法》第九条;《条例》\n220050100200\t临时救助\t05\t《办法》\n",
		"json": `[{"code":"220050100100","name":"低保认定","type":"05","basis":["《办法》第九条","《条例》"]},{"code":"220050100200","name":"临时救助","type":"05","basis":["《办法》"]}]`,
	} {
		sheet, err := ReadBasics([]byte(text), Shape{})
		if err != nil || len(sheet.Drafts) != 2 || sheet.Rows != 2 {
			t.Errorf("%s: %+v %v", name, sheet, err)
			continue
		}
		one, two := sheet.Drafts[0].Body, sheet.Drafts[1].Body
		if one.Code != "220050100100" || one.Type != "05" || !slices.Equal(one.Basis, []string{"《办法》第九条", "《条例》"}) || two.Type != "05" {
			t.Errorf("%s: %+v %+v", name, one, two)
		}
	}
	for name, text := range map[string]string{"no heading that is known": "甲,乙\n1,2\n", "broken JSON": `[{"code":`} {
		if _, err := ReadBasics([]byte(text), Shape{}); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
