using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>A model of another program, or one that was exported, from which a session or a run starts.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="configuration">The network.</param>
/// <param name="tokenizer">The tokenizer.</param>
internal abstract class Pretrained(string path, ModelConfiguration configuration, Tokenizer tokenizer) : IDisposable
{
    // Models are published with contexts whose keys and values would fill any machine's memory.
    private const int LongestContext = 4096;

    /// <summary>Where it lies.</summary>
    public string Path => path;

    /// <summary>The network.</summary>
    public ModelConfiguration Configuration => configuration;

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>Which weights are kept packed in inference; null: all are parameters.</summary>
    public virtual WeightPacking? Packing => null;

    /// <summary>Whether a path is that of a model: a GGUF file, or a folder in the Hugging Face layout.</summary>
    public static bool IsModel(string path) => Gguf.IsFile(path)
        || File.Exists(System.IO.Path.Combine(path, PretrainedModel.ConfigurationFileName));

    /// <summary>Reads everything but the weights.</summary>
    /// <exception cref="InvalidInputException">A file is missing or damaged.</exception>
    public static Pretrained Open(string path) => Gguf.IsFile(path) ? Gguf.OpenFile(path) : Folder.OpenFolder(path);

    /// <summary>The model's network, with a context no longer than asked for: a shorter one trains faster.</summary>
    public TrunkRecipe NetworkForTraining(TrunkRecipe asked) => WithContext(asked.ContextLength);

    /// <summary>The model's network, with a context of a length whose memory is there.</summary>
    public TrunkRecipe NetworkForInference() => WithContext(LongestContext);

    /// <summary>Reads the weights into a network.</summary>
    public abstract void ReadWeights(TokenNetwork network);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    private TrunkRecipe WithContext(int length) => Configuration.Recipe.Positions == PositionKind.Learned
        ? Configuration.Recipe
        : Configuration.Recipe with { ContextLength = Math.Min(length, Configuration.Recipe.ContextLength) };

    /// <summary>One in the Hugging Face layout.</summary>
    private sealed class Folder(string path, ModelConfiguration configuration, Tokenizer tokenizer)
        : Pretrained(path, configuration, tokenizer)
    {
        public static Folder OpenFolder(string folder)
        {
            if (!Directory.Exists(folder))
            {
                throw new InvalidInputException(
                    $"{folder}: no such model; expected a folder in the Hugging Face layout or a {GgufModel.FileExtension} file");
            }

            ModelConfiguration configuration = PretrainedModel.ReadConfiguration(folder);
            string path = System.IO.Path.Combine(folder, PretrainedModel.TokenizerFileName);
            Tokenizer tokenizer = File.Exists(path)
                ? TokenizerFile.Load(path)
                : throw new InvalidInputException($"{folder}: holds no {PretrainedModel.TokenizerFileName}");
            return tokenizer.VocabularySize <= configuration.VocabularySize
                ? new Folder(folder, configuration, tokenizer)
                : throw new InvalidInputException(
                    $"{path}: has {tokenizer.VocabularySize} tokens, expected at most the model's {configuration.VocabularySize}");
        }

        public override void ReadWeights(TokenNetwork network) =>
            PretrainedWeights.Read(Path, Configuration.Architecture, network);
    }

    /// <summary>A GGUF file.</summary>
    private sealed class Gguf(string path, GgufModel model) : Pretrained(path, model.Configuration, model.Tokenizer)
    {
        public override WeightPacking Packing => model.FormatsOf;

        public static bool IsFile(string path) =>
            path.EndsWith(GgufModel.FileExtension, StringComparison.OrdinalIgnoreCase) && File.Exists(path);

        public static Gguf OpenFile(string path) => new(path, GgufModel.Open(path));

        public override void ReadWeights(TokenNetwork network) => model.ReadWeights(network);

        public override void Dispose()
        {
            model.Dispose();
            base.Dispose();
        }
    }
}
