using System.Globalization;

namespace Polymath.Formats.Tokenizers.Normalizing;

/// <summary>
/// Canonical equivalence of Unicode scalars: combining classes, decompositions and compositions (Unicode Standard,
/// chapter 3). Own tables, because .NET's normalisation does nothing where globalisation is invariant.
/// </summary>
internal sealed class CanonicalEquivalence
{
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int SyllableBase = 0xAC00;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int LeadCount = 19;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Below this every scalar is stable: it neither combines nor decomposes otherwise.</summary>
    private const int FirstUnstable = 0x300;

    private static readonly Lazy<CanonicalEquivalence> Shared = new(Read);

    private readonly Dictionary<int, int> _combiningClasses = [];
    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly HashSet<int> _unstable = [];

    private CanonicalEquivalence()
    {
    }

    /// <summary>The tables, read at their first use.</summary>
    public static CanonicalEquivalence Tables => Shared.Value;

    /// <summary>
    /// Whether a scalar starts anew: it has combining class 0, stays itself in form C, and never joins the one before.
    /// </summary>
    public bool IsStable(int scalar) => scalar < FirstUnstable || !_unstable.Contains(scalar);

    /// <summary>Canonical combining class; 0 for a starter.</summary>
    public int CombiningClass(int scalar) => _combiningClasses.GetValueOrDefault(scalar);

    /// <summary>Appends the full canonical decomposition of a scalar.</summary>
    public void Decompose(int scalar, List<int> destination)
    {
        int syllable = scalar - SyllableBase;
        if ((uint)syllable < SyllableCount)
        {
            destination.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            destination.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount is > 0 and int trail)
            {
                destination.Add(TrailBase + trail);
            }
        }
        else if (_decompositions.TryGetValue(scalar, out (int First, int Second) parts))
        {
            Decompose(parts.First, destination);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, destination);
            }
        }
        else
        {
            destination.Add(scalar);
        }
    }

    /// <summary>The scalar that a pair composes to, or -1.</summary>
    public int Compose(int first, int second)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if ((uint)lead < LeadCount && (uint)vowel < VowelCount)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        }

        int syllable = first - SyllableBase;
        int trail = second - TrailBase;
        if ((uint)syllable < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            return first + trail;
        }

        return _compositions.TryGetValue((first, second), out int composed) ? composed : -1;
    }

    private static CanonicalEquivalence Read()
    {
        CanonicalEquivalence tables = new();
        using Stream stream = typeof(CanonicalEquivalence).Assembly
            .GetManifestResourceStream("canonical-equivalence.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            if (line[0] != '#')
            {
                tables.Add(line.Split(' '));
            }
        }

        // A vowel or trailing consonant joins the Hangul syllable before it.
        tables._unstable.UnionWith(Enumerable.Range(VowelBase, VowelCount));
        tables._unstable.UnionWith(Enumerable.Range(TrailBase + 1, TrailCount - 1));
        return tables;
    }

    private void Add(string[] fields)
    {
        int scalar = Hexadecimal(fields[1]);
        int first = Hexadecimal(fields[2]);
        if (fields[0] == "R")
        {
            int combiningClass = int.Parse(fields[3], CultureInfo.InvariantCulture);
            for (int member = scalar; member <= first; member++)
            {
                _combiningClasses.Add(member, combiningClass);
                _unstable.Add(member);
            }

            return;
        }

        int second = fields.Length > 3 ? Hexadecimal(fields[3]) : 0;
        _decompositions.Add(scalar, (first, second));
        if (fields[0] == "C")
        {
            _compositions.Add((first, second), scalar);
            _unstable.Add(second);
        }
        else
        {
            _unstable.Add(scalar);
        }
    }

    private static int Hexadecimal(string field) =>
        int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
