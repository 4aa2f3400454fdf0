using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>
/// Bad input of <c>train</c>: exit code 2, a sentence that names the thing and what was expected, and no folder left.
/// </summary>
public sealed class TrainRefusalTests : IDisposable
{
    private readonly Workplace _place = new();

    public TrainRefusalTests() => _place.Write(TinyText.FileName, TinyText.Content);

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("network.widht=64", "'network.widht' is no key", "did you mean 'network.width'?")]
    [InlineData("colour=red", "'colour' is no key of the recipe")]
    [InlineData("network.width=wide", "network.width is 'wide'", "expected a whole number")]
    [InlineData("network.layerCount=0", "network.layerCount is 0", "expected 1 to 1000")]
    [InlineData("budget=3x", "'3x' is no budget", "2000steps")]
    [InlineData("budget=-3steps", "'-3steps'", "above zero")]
    [InlineData("from=nowhere", "nowhere", "expected a folder in the Hugging Face layout or a .gguf file")]
    [InlineData("tokenizer.vocabularySize=100000", "tokenizer.vocabularySize", "100000 is too large", "at most")]
    public Task AWrongRecipeIsRefused(string edit, params string[] words) =>
        _place.RefusesAsync(words, "train", "text", TinyText.FileName, "--threads", "1", "--set", edit);

    [Fact]
    public async Task EverythingWrongInARecipeIsSaidAtOnce()
    {
        _place.Write("recipe.json", """{"batchSize": "many", "learning": {"beta1": 2}}""");
        string[] options = ["--recipe", "recipe.json", "--set", "network.width=x", "--budget", "soon"];
        CommandResult result = await _place.RefusesAsync([], ["train", "text", TinyText.FileName, .. options]);
        result.Refused("recipe.json", "batchSize is \"many\"", "whole number").Refused("learning.beta1 is 2")
            .Refused("network.width is 'x'").Refused("'soon' is no budget");
        Assert.Equal(4, result.ErrorLines.Length);
    }

    [Theory]
    [InlineData("--recipe", "nowhere.json", "nowhere.json")]
    [InlineData("--threads", "-2", "--threads is -2, expected 0 (one a core) to 1024")]
    [InlineData("--threads", "two", "--threads is 'two', expected a whole number")]
    [InlineData("--seed", "-1", "--seed is '-1', expected a whole number, not negative")]
    [InlineData("--resume-step", "3", "--resume-step goes with --resume")]
    [InlineData("--out", TinyText.FileName, "tiny.txt is a file")]
    [InlineData("--frobnicate", "3", "unknown option '--frobnicate'")]
    [InlineData("--bugdet", "3m", "did you mean '--budget'?")]
    [InlineData("--set", "network.width", "'network.width' is no edit: expected key=value")]
    public Task AWrongOptionIsRefused(string option, string value, string words) =>
        _place.RefusesAsync([words], "train", "text", TinyText.FileName, option, value);

    [Fact]
    public async Task DataThatCannotBeReadAreRefused()
    {
        await RefusesDataAsync("nowhere.txt", "nowhere.txt: no such file or folder");
        await RefusesDataAsync(_place.Write("empty.txt", ""), "empty.txt: the file is empty; expected text in UTF-8");
        Directory.CreateDirectory(_place["pictures"]);
        _place.Write("pictures/cat.png", "no text");
        await RefusesDataAsync("pictures", "pictures: the folder holds no text; expected files that end in .txt");
        byte[] cut = [.. "good text "u8, 0xC3, 0x28, .. "more"u8];
        await RefusesDataAsync(_place.Write("cut.txt", cut), "cut.txt: not UTF-8: byte 0xC3 at offset 10");
        await RefusesDataAsync(
            _place.Write("short.txt", "A few words.\n"),
            "training text has 12 tokens, expected at least 17", "network.contextLength");
    }

    [Fact]
    public Task AnUnknownFieldIsRefused() =>
        _place.RefusesAsync(["unknown field 'chess'", "expected one of: text"], "train", "chess");

    [Fact]
    public Task WithoutAFieldTheFieldsAreNamed() =>
        _place.RefusesAsync(["field is missing", "expected one of: text"], "train");

    [Fact]
    public async Task AFolderThatIsTakenIsRefused()
    {
        Directory.CreateDirectory(_place["thesis"]);
        _place.Write("thesis/chapter.md", "mine");
        await RefusesFolderAsync("thesis", "is not empty and holds no run");
        await _place.RefusesAsync(["thesis", "holds no run: it has no recipe.json"], "train", "--resume", "thesis");
        await _place.RefusesAsync(["nowhere", "does not exist"], "train", "--resume", "nowhere");
    }

    [Fact]
    public async Task UnknownKernelsAreRefused()
    {
        string[] before = _place.Entries();
        string[] arguments = ["train", "text", TinyText.FileName];
        CommandResult result = await _place.RunWithAsync("POLYMATH_KERNELS", "abacus", arguments);
        result.Refused("POLYMATH_KERNELS is 'abacus'", "portable");
        Assert.Equal(before, _place.Entries());
    }

    private Task<CommandResult> RefusesDataAsync(string data, params string[] words) =>
        _place.RefusesAsync(words, "train", "text", data, "--set", "tokenizer.kind=Bytes", "network.contextLength=16");

    private Task<CommandResult> RefusesFolderAsync(string folder, string words) =>
        _place.RefusesAsync([folder, words], "train", "text", TinyText.FileName, "--out", folder);
}
