using System.Xml;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>
/// A translation memory (TMX 1.4): the variant in the source language of every unit, paired with each of the others.
/// Document types are neither read nor fetched, so entities of their own are errors.
/// </summary>
internal sealed class TmxPairs(string path) : IPairSource
{
    private const long MaxCharacters = 1L << 30;
    private const int MaxVariants = 1000;
    private const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    /// <inheritdoc/>
    public string Name => Path.GetFileName(path);

    /// <inheritdoc/>
    public IEnumerable<SentencePair> Read(Action<string> damage)
    {
        InputFile.Open(path, out _).Dispose();
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Ignore,
            XmlResolver = null,
            MaxCharactersInDocument = MaxCharacters,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        var pairs = new List<SentencePair>();
        using XmlReader xml = XmlReader.Create(path, settings);
        try
        {
            ReadDocument(xml, pairs);
        }
        catch (XmlException fault)
        {
            throw new InvalidInputException($"{path}, line {fault.LineNumber}: broken TMX: {Sentence(fault.Message)}", fault);
        }

        return pairs;
    }

    // The position is said once, by us.
    private static string Sentence(string message) =>
        message.Split(" Line ")[0].TrimEnd('.', ' ').ReplaceLineEndings(" ");

    private void ReadDocument(XmlReader xml, List<SentencePair> pairs)
    {
        xml.MoveToContent();
        if (xml.LocalName != "tmx")
        {
            throw Fault(xml, $"the root is <{xml.LocalName}>, expected <tmx>");
        }

        string? sourceLanguage = null;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "header":
                    sourceLanguage = xml.GetAttribute("srclang") is { } stated and not "*all*" ? Tag(xml, stated) : null;
                    break;
                case "tu":
                    string? own = xml.GetAttribute("srclang") is { } unit and not "*all*" ? Tag(xml, unit) : sourceLanguage;
                    ReadUnit(xml, own, pairs);
                    break;
            }
        }
    }

    private void ReadUnit(XmlReader xml, string? sourceLanguage, List<SentencePair> pairs)
    {
        var variants = new List<(string Language, string Text)>();
        int line = Line(xml);
        if (!xml.IsEmptyElement)
        {
            for (int depth = xml.Depth; xml.Read() && xml.Depth > depth;)
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "tuv")
                {
                    variants.Add(ReadVariant(xml));
                    if (variants.Count > MaxVariants)
                    {
                        throw Fault(xml, $"a unit has more than {MaxVariants} variants");
                    }
                }
            }
        }

        if (variants.Count == 0)
        {
            throw new InvalidInputException($"{path}, line {line}: the unit <tu> holds no <tuv>");
        }

        // A regional variant will do where the header names the language alone.
        int source = sourceLanguage is null ? 0 : variants.FindIndex(variant => variant.Language == sourceLanguage);
        source = source >= 0 ? source : variants.FindIndex(
            variant => variant.Language.Split('-')[0] == sourceLanguage!.Split('-')[0]);
        for (int index = 0; source >= 0 && index < variants.Count; index++)
        {
            if (index != source && variants[index].Language != variants[source].Language
                && variants[index].Text.Length > 0 && variants[source].Text.Length > 0)
            {
                pairs.Add(new SentencePair(
                    variants[source].Language, variants[index].Language, variants[source].Text, variants[index].Text, Name));
            }
        }
    }

    private (string Language, string Text) ReadVariant(XmlReader xml)
    {
        string language = Tag(
            xml, xml.GetAttribute("lang", XmlNamespace) ?? xml.GetAttribute("lang")
                ?? throw Fault(xml, "a <tuv> says no language, expected xml:lang"));
        string? text = null;
        if (!xml.IsEmptyElement)
        {
            for (int depth = xml.Depth; xml.Read() && xml.Depth > depth;)
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "seg")
                {
                    text = ReadSegment(xml);
                }
            }
        }

        return (language, text ?? throw Fault(xml, "a <tuv> holds no <seg>"));
    }

    // The text within inline elements is markup of the document, which a translation keeps.
    private static string ReadSegment(XmlReader xml)
    {
        var text = new System.Text.StringBuilder();
        if (!xml.IsEmptyElement)
        {
            for (int depth = xml.Depth; xml.Read() && xml.Depth > depth;)
            {
                if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                {
                    text.Append(xml.Value);
                }
            }
        }

        return text.ToString();
    }

    private string Tag(XmlReader xml, string tag) => LanguageTag.IsValid(LanguageTag.Normalize(tag))
        ? LanguageTag.Normalize(tag)
        : throw Fault(xml, $"'{tag}' is no language tag, expected one such as en or pt-BR");

    private InvalidInputException Fault(XmlReader xml, string fault) => new($"{path}, line {Line(xml)}: {fault}");

    private static int Line(XmlReader xml) => ((IXmlLineInfo)xml).LineNumber;
}
