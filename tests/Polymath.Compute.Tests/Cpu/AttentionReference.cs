namespace Polymath.Compute.Tests.Cpu;

/// <summary>Softmax attention as its definition reads, in double precision, with its gradients.</summary>
/// <param name="shape">Heads and widths.</param>
/// <param name="mask">The mask.</param>
/// <param name="sequences">Length and prefix of every sequence.</param>
internal sealed class AttentionReference(AttentionShape shape, AttentionMask mask, (int Length, int Prefix)[] sequences)
{
    private readonly int _width = shape.HeadWidth;
    private readonly int _heads = shape.HeadCount, _keyHeads = shape.KeyValueHeadCount;

    public int Rows => sequences.Sum(sequence => sequence.Length);

    public int QueryColumns => _heads * _width;

    public int KeyColumns => _keyHeads * _width;

    /// <summary>The output [R, QueryColumns].</summary>
    public double[] Forward(double[] query, double[] key, double[] value)
    {
        var output = new double[query.Length];
        ForEach((head, row, first, weights) => AddWeighted(
            weights, value, first, head, output.AsSpan((row * QueryColumns) + (head * _width), _width)), query, key);
        return output;
    }

    /// <summary>The logarithms of the softmax's sums [heads, R].</summary>
    public double[] LogSums(double[] query, double[] key)
    {
        var sums = new double[_heads * Rows];
        ForEach(
            (head, row, first, weights) => sums[(head * Rows) + row] =
                Score(query, key, row, first, head) - Math.Log(weights[0]),
            query, key);
        return sums;
    }

    /// <summary>The gradients of Σ dOutput·output.</summary>
    public (double[] Query, double[] Key, double[] Value) Backward(
        double[] query, double[] key, double[] value, double[] dOutput)
    {
        double[] dQuery = new double[query.Length], dKey = new double[key.Length], dValue = new double[value.Length];
        ForEach(
            (head, row, first, weights) =>
            {
                int at = (row * QueryColumns) + (head * _width);
                var dWeights = new double[weights.Length];
                for (int j = 0; j < weights.Length; j++)
                {
                    int other = KeyAt(first + j, head);
                    for (int d = 0; d < _width; d++)
                    {
                        dWeights[j] += dOutput[at + d] * value[other + d];
                        dValue[other + d] += weights[j] * dOutput[at + d];
                    }
                }

                double mean = weights.Zip(dWeights, (weight, gradient) => weight * gradient).Sum();
                for (int j = 0; j < weights.Length; j++)
                {
                    int other = KeyAt(first + j, head);
                    double dScore = weights[j] * (dWeights[j] - mean) * shape.Scale;
                    for (int d = 0; d < _width; d++)
                    {
                        dQuery[at + d] += dScore * key[other + d];
                        dKey[other + d] += dScore * query[at + d];
                    }
                }
            },
            query, key);
        return (dQuery, dKey, dValue);
    }

    private int KeyAt(int row, int head) => (row * KeyColumns) + (head / (_heads / _keyHeads) * _width);

    private double Score(double[] query, double[] key, int row, int other, int head)
    {
        int at = (row * QueryColumns) + (head * _width), keyAt = KeyAt(other, head);
        double sum = 0;
        for (int d = 0; d < _width; d++)
        {
            sum += query[at + d] * key[keyAt + d];
        }

        return sum * shape.Scale;
    }

    private void AddWeighted(double[] weights, double[] value, int first, int head, Span<double> output)
    {
        for (int j = 0; j < weights.Length; j++)
        {
            int other = KeyAt(first + j, head);
            for (int d = 0; d < _width; d++)
            {
                output[d] += weights[j] * value[other + d];
            }
        }
    }

    // Calls body(head, row, first row of its sequence, softmax weights of the keys that the row sees).
    private void ForEach(Action<int, int, int, double[]> body, double[] query, double[] key)
    {
        int first = 0;
        foreach ((int length, int prefix) in sequences)
        {
            for (int position = 0; position < length; position++)
            {
                int seen = mask switch
                {
                    AttentionMask.Bidirectional => length,
                    AttentionMask.Prefix => Math.Max(Math.Min(prefix, length), position + 1),
                    _ => position + 1,
                };
                for (int head = 0; head < _heads; head++)
                {
                    int row = first + position;
                    double[] scores =
                        [.. Enumerable.Range(first, seen).Select(other => Score(query, key, row, other, head))];
                    double max = scores.Max(), sum = scores.Sum(score => Math.Exp(score - max));
                    body(head, row, first, [.. scores.Select(score => Math.Exp(score - max) / sum)]);
                }
            }

            first += length;
        }
    }
}
