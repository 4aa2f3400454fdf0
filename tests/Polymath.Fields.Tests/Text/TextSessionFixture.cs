using System.Text;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Fields.Text;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Text;

/// <summary>A tiny text session on a text of its own, with everything in a folder that goes away.</summary>
internal sealed class TextSessionFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("polymath-text-").FullName;
    private readonly Kernels _kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
    private readonly MemoryPlan _plan = new();

    public TextSessionFixture(Func<TextRecipe, TextRecipe>? change = null, string? text = null)
    {
        string path = Path.Combine(_folder, "text.txt");
        File.WriteAllText(path, text ?? DefaultText());
        Recipe = new TextRecipe
        {
            Data = [path],
            BatchSize = 3,
            Tokenizer = new TokenizerRecipe { Kind = TokenizerKind.Bytes },
            Network = new TrunkRecipe { LayerCount = 1, Width = 16, HeadCount = 2, ContextLength = 10 },
        };
        Recipe = change is null ? Recipe : change(Recipe);
        Notes = [];
        var context = new SessionContext(_kernels, _plan, _folder, SessionPurpose.Training, Notes.Add);
        Session = (TextSession)new TextField().Open(Recipe, context);
        _plan.Commit();
        Session.InitializeParameters();
    }

    public TextRecipe Recipe { get; }

    public TextSession Session { get; }

    public List<string> Notes { get; }

    /// <summary>A text of 2 000 bytes in which every line differs.</summary>
    public static string DefaultText()
    {
        var text = new StringBuilder();
        for (int line = 0; text.Length < 2000; line++)
        {
            text.Append($"{line * line % 97} käse und {line} brot\n");
        }

        return text.ToString();
    }

    public unsafe void SetAllParameters(float value)
    {
        ParameterStore store = Session.Network.Parameters;
        new Span<float>(store.Values, (int)store.FlatCount).Fill(value);
    }

    public void Dispose()
    {
        Session.Dispose();
        _plan.Dispose();
        _kernels.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
