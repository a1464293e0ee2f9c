package paper

import "github.com/skip2/go-qrcode"

// encodeQR gives the modules of text, true for black, with the quiet zone of
// four modules around. Level M bears 15 % of dirt and folds.
func encodeQR(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	return code.Bitmap(), nil
}
