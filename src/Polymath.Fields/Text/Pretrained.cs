using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>A model in the Hugging Face layout that a run starts from.</summary>
internal sealed record Pretrained(string Folder, ModelConfiguration Configuration, Tokenizer Tokenizer)
{
    /// <summary>Reads everything but the weights.</summary>
    /// <exception cref="InvalidInputException">A file is missing or damaged.</exception>
    public static Pretrained Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException($"{folder}: no such folder; expected a model in the Hugging Face layout");
        }

        ModelConfiguration configuration = PretrainedModel.ReadConfiguration(folder);
        string path = Path.Combine(folder, PretrainedModel.TokenizerFileName);
        Tokenizer tokenizer = File.Exists(path)
            ? TokenizerFile.Load(path)
            : throw new InvalidInputException($"{folder}: holds no {PretrainedModel.TokenizerFileName}");
        return tokenizer.VocabularySize <= configuration.VocabularySize
            ? new Pretrained(folder, configuration, tokenizer)
            : throw new InvalidInputException(
                $"{path}: has {tokenizer.VocabularySize} tokens, expected at most the model's {configuration.VocabularySize}");
    }

    /// <summary>The model's network, with a context no longer than asked for: a shorter one trains faster.</summary>
    public TrunkRecipe NetworkFor(TrunkRecipe asked) => Configuration.Recipe.Positions == PositionKind.Learned
        ? Configuration.Recipe
        : Configuration.Recipe with
        {
            ContextLength = Math.Min(asked.ContextLength, Configuration.Recipe.ContextLength),
        };

    /// <summary>Reads the weights into a network.</summary>
    public void ReadWeights(TokenNetwork network) =>
        PretrainedWeights.Read(Folder, Configuration.Architecture, network);
}
