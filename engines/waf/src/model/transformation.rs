//! Text transformations and pre-parse transformations.

use super::{names, shapes};

shapes! {
    struct TextTransformation {
        priority: u32,
        r#type: TextTransformationType,
    }
    struct PreParseTextTransformation {
        priority: u32,
        r#type: PreParseTextTransformationType,
    }
}

names! {
    enum TextTransformationType {
        None,
        CompressWhiteSpace,
        HtmlEntityDecode,
        Lowercase,
        CmdLine,
        UrlDecode,
        Base64Decode,
        HexDecode,
        Md5,
        ReplaceComments,
        EscapeSeqDecode,
        SqlHexDecode,
        CssDecode,
        JsDecode,
        NormalizePath,
        NormalizePathWin,
        RemoveNulls,
        ReplaceNulls,
        Base64DecodeExt,
        UrlDecodeUni,
        Utf8ToUnicode,
        RemoveWhitespace,
        Trim,
        TrimLeft,
        TrimRight,
        RemoveCommentsChar,
        Uppercase,
        CmdLineWin,
        CmdLineUnix,
        JsDecodeExt,
        Sha256,
        /// Not AWS's, for managed rule groups only: text in Base64 becomes that text, where it stands.
        HaechiBase64Text,
    }
    enum PreParseTextTransformationType {
        None,
        UrlDecode,
        UrlDecodeUni,
        CombineDuplicateQueryArgsByComma,
        ReplaceSemicolonsWithAmpersands,
        /// Not AWS's, for managed rule groups only: a name that no form has is a value too.
        HaechiArgumentNames,
    }
}
