using CsCheck;
using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class RecipeDocumentTests : IDisposable
{
    private readonly PatternField _field = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WithoutChangesTheRecipeIsTheFieldsDefault() => Assert.Equal(
        RecipeDocument.Serialize(_field, _field.DefaultRecipe),
        RecipeDocument.Serialize(_field, RecipeDocument.Compose(_field)));

    [Fact]
    public void EditsReachEveryKindOfValue()
    {
        PatternRecipe recipe = Compose(
            "seed=18446744073709551615", "budget=2000 steps", "data=a.txt, b.txt", "network.width=64", "batchSize=2e1",
            "network.normalization=layernorm", "network.tiedHead=false", "learning.learningRate=3e-4",
            "learning.optimizer=Muon", "comment=x=y");
        Assert.Equal(ulong.MaxValue, recipe.Seed);
        Assert.Equal("2000 steps", recipe.Budget);
        Assert.Equal(["a.txt", "b.txt"], recipe.Data);
        Assert.Equal(64, recipe.Network.Width);
        Assert.Equal(20, recipe.BatchSize);
        Assert.Equal(NormalizationKind.LayerNorm, recipe.Network.Normalization);
        Assert.False(recipe.Network.TiedHead);
        Assert.Equal(3e-4f, recipe.Learning.LearningRate);
        Assert.Equal(OptimizerKind.Muon, recipe.Learning.Optimizer);
        Assert.Equal("x=y", recipe.Comment);

        // What is not named stays the field's own.
        Assert.Equal(PatternRecipe.Small.Learning.WarmupSteps, recipe.Learning.WarmupSteps);
    }

    [Fact]
    public void AFileWithSomeKeysChangesThoseAndEditsComeAfterIt()
    {
        string file = Write("""{"network": {"width": 32, "headCount": 4}, "comment": null, "data": []}""");
        var recipe = (PatternRecipe)RecipeDocument.Compose(_field, file, ["network.width=48"]);
        Assert.Equal((48, 4, 1), (recipe.Network.Width, recipe.Network.HeadCount, recipe.Network.LayerCount));
        Assert.Null(recipe.Comment);
    }

    [Fact]
    public void AWrittenRecipeReadsBackTheSame() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 1000], Gen.Float[1e-6f, 1], Gen.Bool, Gen.Int[0, 2]).Sample(
            (seed, batch, rate, tied, schedule) =>
            {
                PatternRecipe recipe = PatternRecipe.Small with
                {
                    Seed = seed,
                    BatchSize = batch,
                    Network = PatternRecipe.Small.Network with { TiedHead = tied },
                    Learning = PatternRecipe.Small.Learning with
                    {
                        LearningRate = rate, Schedule = (ScheduleKind)schedule,
                    },
                };
                string written = RecipeDocument.Serialize(_field, recipe);
                Recipe read = RecipeDocument.Compose(_field, Write(written));
                Assert.Equal(written, RecipeDocument.Serialize(_field, read));
            },
            iter: 50, threads: 1);

    [Theory]
    [InlineData("network.widht=64", "did you mean 'network.width'?")]
    [InlineData("width=64", "did you mean 'network.width'?")]
    [InlineData("batchsize=3", "did you mean 'batchSize'?")]
    [InlineData("learning.network.width=3", "did you mean 'network.width'?")]
    [InlineData("sed=3", "did you mean 'seed'?")]
    [InlineData("colour=red", "'colour' is no key of the recipe")]
    [InlineData("seed.x=3", "'seed.x' is no key of the recipe")]
    [InlineData("network=3", "network is '3', expected a group with the keys layerCount, width,")]
    [InlineData("network.width=wide", "network.width is 'wide', expected a whole number")]
    [InlineData("network.width=1.5", "network.width is '1.5', expected a whole number")]
    [InlineData("network.width=99999999999", "network.width is '99999999999', expected a whole number")]
    [InlineData("seed=-1", "seed is '-1', expected a whole number, not negative")]
    [InlineData("learning.learningRate=NaN", "learning.learningRate is 'NaN', expected a number")]
    [InlineData("learning.learningRate=1e60", "learning.learningRate is '1e60', expected a number")]
    [InlineData("learning.optimizer=Sgd", "learning.optimizer is 'Sgd', expected one of AdamW, Muon")]
    [InlineData("learning.optimizer=1", "learning.optimizer is '1', expected one of AdamW, Muon")]
    [InlineData("network.tiedHead=1", "network.tiedHead is '1', expected true or false")]
    [InlineData("network.width", "'network.width' is no edit: expected key=value")]
    [InlineData("=3", "'=3' is no edit")]
    [InlineData("network.width=0", "network.width is 0, expected 1 to 65536")]
    [InlineData("batchSize=0", "batchSize is 0, expected 1 to 1024")]
    [InlineData("budget=soon", "'soon' is no budget")]
    [InlineData("field=other", "field is 'other', and the recipe is for the field 'pattern'")]
    public void AWrongEditIsNamedWithWhatWasExpected(string edit, string message)
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Compose(edit));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Single(fault.Message.Split('\n'));
    }

    [Theory]
    [InlineData("""{"network": {"width": "64"}}""", "network.width is \"64\", expected a whole number")]
    [InlineData("""{"network": {"width": null}}""", "network.width is null, expected a whole number")]
    [InlineData("""{"network": null}""", "network is null, expected a group")]
    [InlineData("""{"network": []}""", "network is [], expected a group")]
    [InlineData("""{"data": "a"}""", "data is \"a\", expected a list, each of its items text")]
    [InlineData("""{"data": [1]}""", "data is [1], expected a list, each of its items text")]
    [InlineData("""{"budget": null}""", "budget is null, expected text")]
    [InlineData("""{"budget": 3}""", "budget is 3, expected text")]
    [InlineData("""{"network": {"tiedHead": "true"}}""", "network.tiedHead is \"true\", expected true or false")]
    [InlineData("""{"learning": {"optimiser": "Muon"}}""", "did you mean 'learning.optimizer'?")]
    [InlineData("[]", "a recipe is an object")]
    [InlineData("{\n\"seed\": 1,\n}", "line 3")]
    [InlineData("""{"seed": 1, "seed": 2}""", "one key twice")]
    public void AWrongFileIsNamedWithKeyOrLine(string json, string message)
    {
        string file = Write(json);
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => RecipeDocument.Compose(_field, file));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllErrorsAreSaidAtOnceALineEach()
    {
        string file = Write("""{"sed": 1, "batchSize": "x"}""");
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => RecipeDocument.Compose(_field, file, ["network.headCount=0", "learning.beta1=2", "nonsense"]));
        string[] lines = fault.Message.Split('\n');
        Assert.Equal(5, lines.Length);
        foreach (string key in new[] { "'sed'", "batchSize", "network.headCount", "learning.beta1", "'nonsense'" })
        {
            Assert.Contains(lines, line => line.Contains(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => RecipeDocument.Compose(_field, _folder["none.json"]));
        Assert.Contains("none.json", fault.Message, StringComparison.Ordinal);
    }

    private PatternRecipe Compose(params string[] edits) => (PatternRecipe)RecipeDocument.Compose(_field, null, edits);

    private string Write(string json)
    {
        File.WriteAllText(_folder["recipe.json"], json);
        return _folder["recipe.json"];
    }
}
