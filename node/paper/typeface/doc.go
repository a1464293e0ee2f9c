// Package typeface holds the two fonts of printed documents and cuts subsets
// out of them: Droid Sans Fallback for Chinese and Go Regular for letters,
// digits and the signs the first one lacks. Both may be shipped (fonts/NOTICE).
//
// It reads just what a document needs of TrueType: which glyph draws a
// character, how wide it is, and a font file with only the glyphs in use. It
// does no shaping, kerning or right-to-left text: documents are Chinese.
//
// Compatibility: the font files are frozen, because a document that is printed
// again must have the same bytes. A better font is a new face beside these.
package typeface
