using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tests.Tokenizers;

public sealed class TokenizerFileTests
{
    private static readonly byte[] Prose = Encoding.UTF8.GetBytes(
        "the cat sat on the mat, the rat sat on the cat; that cat, that rat, that mat: the cat spat at the rat\n");

    public static TheoryData<string> Kinds =>
        ["bytes", "characters", .. Enum.GetNames<PreTokenization>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SavedTokenizerLoadsAsTheSame(string kind)
    {
        using TemporaryFolder folder = new();
        Tokenizer tokenizer = Make(kind);
        TokenizerFile.Save(tokenizer, folder["tokenizer.json"]);
        Tokenizer loaded = TokenizerFile.Load(folder["tokenizer.json"]);
        Assert.Equal(tokenizer.GetType(), loaded.GetType());
        Assert.Equal(tokenizer.Fingerprint, loaded.Fingerprint);
        Assert.Equal(tokenizer.AddedTokens, loaded.AddedTokens);
        Assert.Equal(tokenizer.Encode("the cat<|endoftext|>", true), loaded.Encode("the cat<|endoftext|>", true));
        Assert.Equal(Content(tokenizer), Content(loaded));
    }

    [Fact]
    public void RareFeaturesSurviveSaving()
    {
        BytePairTokenizer tokenizer = (BytePairTokenizer)Make("Llama3");
        BytePairTokenizer rich = new(new BytePairModel
        {
            Tokens = [.. Enumerable.Range(0, tokenizer.OrdinaryCount).Select(id => tokenizer.TokenBytes(id).ToArray())],
            Merges = [.. Enumerable.Range(0, tokenizer.MergeCount).Select(tokenizer.Merge)],
            PreTokenization = PreTokenization.Llama3,
            Normalization = Normalization.Nfc,
            IgnoreMerges = true,
            AddedTokens =
            [
                new AddedToken(300, "<begin é \" \\ \n>"),
                new AddedToken(302, "<think>", IsSpecial: false, IsNormalized: true),
            ],
            TextPrefix = [300, 300],
            TextSuffix = [302],
        });
        BytePairTokenizer loaded = (BytePairTokenizer)TokenizerFile.Parse(Content(rich), "rich");
        Assert.Equal(rich.Fingerprint, loaded.Fingerprint);
        Assert.Equal([300, 300], loaded.TextPrefix);
        Assert.Equal([302], loaded.TextSuffix);
        Assert.Equal(303, loaded.VocabularySize);
    }

    [Theory]
    [InlineData("Gpt2", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""")]
    [InlineData("None", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""")]
    public void ByteLevelIsWrittenAsPublishedFilesHaveIt(string kind, string expected) =>
        Assert.Equal(expected, Json(Make(kind))["pre_tokenizer"]!.ToJsonString());

    [Theory]
    [InlineData("Llama3", PiecePatterns.Llama3)]
    [InlineData("Qwen", PiecePatterns.Qwen)]
    public void OtherExpressionsAreWrittenAsASplitBeforeByteLevel(string kind, string pattern)
    {
        JsonArray steps = Json(Make(kind))["pre_tokenizer"]!["pretokenizers"]!.AsArray();
        Assert.Equal(pattern, (string?)steps[0]!["pattern"]!["Regex"]);
        Assert.Equal("Isolated", (string?)steps[0]!["behavior"]);
        Assert.Equal("ByteLevel", (string?)steps[1]!["type"]);
        Assert.False((bool?)steps[1]!["use_regex"]);
    }

    [Fact]
    public void TokensAreSpeltInTheByteLevelAlphabet()
    {
        JsonNode model = Json(Make("Gpt2"))["model"]!;
        Assert.Equal(0, (int?)model["vocab"]!["!"]);
        Assert.Equal(220, (int?)model["vocab"]!["Ġ"]);
        Assert.Equal(198, (int?)model["vocab"]!["Ċ"]);
        Assert.Equal(["a", "t"], model["merges"]![0]!.AsArray().Select(part => (string?)part));
    }

    [Fact]
    public void MergesMayBeStringsAndTheTypeOfBytePairsMayBeMissing()
    {
        Tokenizer tokenizer = Make("Gpt2");
        JsonNode json = Json(tokenizer);
        JsonArray merges = json["model"]!["merges"]!.AsArray();
        for (int i = 0; i < merges.Count; i++)
        {
            merges[i] = $"{merges[i]![0]} {merges[i]![1]}";
        }

        json["model"]!.AsObject().Remove("type");
        Assert.Equal(tokenizer.Fingerprint, Parse(json).Fingerprint);
    }

    [Fact]
    public void AddedTokenMayStandInTheVocabularyToo()
    {
        JsonNode json = Json(Make("Gpt2"));
        int id = (int)json["added_tokens"]![0]!["id"]!;
        json["model"]!["vocab"]!["<|endoftext|>"] = id;
        Assert.Equal(Make("Gpt2").Fingerprint, Parse(json).Fingerprint);
    }

    [Theory]
    [InlineData("normalizer", """{"type":"Lowercase"}""", "expected NFC")]
    [InlineData("pre_tokenizer", """{"type":"Whitespace"}""", "expected ByteLevel, or a Sequence")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Digits"}]}""", "expected ByteLevel")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":true}""", "add_prefix_space")]
    [InlineData("pre_tokenizer", "null", "pre_tokenizer")]
    [InlineData("post_processor", """{"type":"BertProcessing"}""", "expected null, ByteLevel, TemplateProcessing")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "expected ByteLevel")]
    [InlineData("truncation", """{"max_length":5}""", "truncation")]
    [InlineData("padding", """{"length":5}""", "padding")]
    [InlineData("auto_map", "1", "auto_map")]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "'Unigram', which is not supported; expected byte")]
    [InlineData("model", """{"vocab":{}}""", "''")]
    [InlineData("model", "3", "model")]
    [InlineData("added_tokens", """[{"id":1,"content":"<mask>","lstrip":true}]""", "lstrip")]
    [InlineData("added_tokens", """[{"id":1,"content":"<mask>"}]""", "id 1 of another token")]
    [InlineData("added_tokens", """[{"id":600,"content":"<a>"},{"id":600,"content":"<b>"}]""", "two added tokens")]
    [InlineData("added_tokens", """[{"id":9999999,"content":"<a>"}]""", "from 0 to 2097151")]
    [InlineData("added_tokens", """[{"id":1.5,"content":"<a>"}]""", "whole number")]
    [InlineData("added_tokens", """[{"id":600}]""", "content")]
    public void UnsupportedPartIsNamed(string key, string value, string expected)
    {
        JsonNode json = Json(Make("Gpt2"));
        json[key] = JsonNode.Parse(value);
        Refuse(expected, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    [Theory]
    [InlineData("byte_fallback", "true", "byte_fallback")]
    [InlineData("continuing_subword_prefix", "\"##\"", "only byte-level BPE")]
    [InlineData("dropout", "0.1", "dropout")]
    [InlineData("vocab", "{}", "no token for the byte")]
    [InlineData("vocab", """{"a":-1}""", "from 0 to")]
    [InlineData("vocab", """{"a":0,"b":0}""", "the id 0 to two tokens")]
    [InlineData("vocab", """{"中":0}""", "does not spell bytes")]
    [InlineData("vocab", """{"":0}""", "does not spell bytes")]
    [InlineData("merges", """["a b c"]""", "3 parts")]
    [InlineData("merges", """["ab"]""", "1 parts")]
    [InlineData("merges", """[["a","zzz"]]""", "'zzz', which the vocabulary lacks")]
    [InlineData("merges", """[["z","z"]]""", "one that the vocabulary lacks")]
    [InlineData("merges", """["a t","a t"]""", "merge 1 repeats merge 0")]
    [InlineData("merges", "[5]", "merges")]
    public void FaultyModelIsNamed(string key, string value, string expected)
    {
        JsonNode json = Json(Make("Gpt2"));
        json["model"]![key] = JsonNode.Parse(value);
        if (key == "vocab")
        {
            json["model"]!["merges"] = new JsonArray();
        }

        Refuse(expected, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    [Theory]
    [InlineData("""{"ab":0}""", "not a single character")]
    [InlineData("""{"a":1}""", "expected 0 to 0")]
    [InlineData("""{"a":0,"b":0}""", "repeats the id 0")]
    [InlineData("{}", "at least one character")]
    [InlineData("""{"\ud800":0}""", "not valid")]
    public void FaultyCharactersAreNamed(string vocabulary, string expected)
    {
        JsonNode json = Json(Make("characters"));
        json["added_tokens"] = new JsonArray();
        json["model"]!["vocab"] = "PLACE";
        string text = json.ToJsonString().Replace("\"PLACE\"", vocabulary);
        Refuse(expected, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void BrokenJsonIsRefused()
    {
        Refuse("JSON", "{"u8.ToArray());
        Refuse("UTF-8", [.. "{\""u8, 0xFF, .. "\":1}"u8]);
        Refuse("nested", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("[", 100_000))));
        Refuse("twice", """{"version":"1.0","version":"1.0"}"""u8.ToArray());
    }

    [Fact]
    public void NoByteOfAFileLeadsToAnythingButATokenizerOrARefusal()
    {
        byte[] content = Content(Make("Llama3"));
        Gen<int> places = Gen.Int[0, content.Length - 1];
        Gen.Select(places, Gen.Byte, places).Sample((place, value, length) =>
        {
            byte[] damaged = content[..(length % 3 == 0 ? length : content.Length)];
            damaged[place % Math.Max(damaged.Length, 1)] = value;
            try
            {
                _ = TokenizerFile.Parse(damaged, "damaged");
            }
            catch (InvalidInputException)
            {
            }
        });
    }

    [Fact]
    public void FileTooLargeForAnyTokenizerIsRefusedUnread()
    {
        using TemporaryFolder folder = new();
        using (FileStream file = File.Create(folder["tokenizer.json"]))
        {
            file.SetLength((1L << 27) + 1);
        }

        InvalidInputException fault =
            Assert.Throws<InvalidInputException>(() => TokenizerFile.Load(folder["tokenizer.json"]));
        Assert.Contains("at most 134217728", fault.Message);
    }

    private static void Refuse(string expected, byte[] content)
    {
        InvalidInputException fault =
            Assert.Throws<InvalidInputException>(() => TokenizerFile.Parse(content, "file.json"));
        Assert.StartsWith("file.json: ", fault.Message);
        Assert.Contains(expected, fault.Message);
    }

    private static Tokenizer Make(string kind) => kind switch
    {
        "bytes" => new ByteTokenizer(),
        "characters" => CharacterTokenizer.FromText([Prose, Encoding.UTF8.GetBytes("\0\"\\é中😀\u2028")]),
        _ => BytePairTokenizerTests.Train(Prose, 270, Enum.Parse<PreTokenization>(kind)),
    };

    private static byte[] Content(Tokenizer tokenizer)
    {
        using MemoryStream stream = new();
        TokenizerFile.Save(tokenizer, stream);
        return stream.ToArray();
    }

    private static JsonNode Json(Tokenizer tokenizer) => JsonNode.Parse(Content(tokenizer))!;

    private static Tokenizer Parse(JsonNode json) =>
        TokenizerFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json), "file.json");
}
