using Polymath.Learning;

namespace Polymath.Fields.Images;

/// <summary>Precision and recall of every class.</summary>
internal static class ClassTable
{
    /// <summary>The table.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="confusion">[class, taken for].</param>
    public static ExaminedTable Of(IReadOnlyList<string> classes, int[,] confusion)
    {
        var rows = new List<IReadOnlyList<string>>();
        for (int label = 0; label < classes.Count; label++)
        {
            (double precision, double recall) = Measure(confusion, label, out int count);
            double mean = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            rows.Add([classes[label], Share(precision), Share(recall), Share(mean), $"{count:N0}"]);
        }

        return new ExaminedTable("by class", ["class", "precision", "recall", "F1", "images"], rows);
    }

    /// <summary>The means over the classes.</summary>
    public static (double Precision, double Recall) Means(int[,] confusion)
    {
        int count = confusion.GetLength(0);
        var all = Enumerable.Range(0, count).Select(label => Measure(confusion, label, out _)).ToList();
        return (all.Average(pair => pair.Precision), all.Average(pair => pair.Recall));
    }

    // A class that was never guessed, or that has no images, counts as 0.
    private static (double Precision, double Recall) Measure(int[,] confusion, int label, out int count)
    {
        int guessed = 0;
        count = 0;
        for (int other = 0; other < confusion.GetLength(0); other++)
        {
            guessed += confusion[other, label];
            count += confusion[label, other];
        }

        double right = confusion[label, label];
        return (guessed == 0 ? 0 : right / guessed, count == 0 ? 0 : right / count);
    }

    private static string Share(double value) => value.ToString("0.0000");
}
