namespace Polymath.Compute;

/// <summary>How the operands of a matrix multiplication lie in memory; C is always [M, N].</summary>
public enum MatrixProduct
{
    /// <summary>A [M, K] times the transpose of B [N, K]: a linear layer's forward, y = x Wᵀ.</summary>
    NT,

    /// <summary>A [M, K] times B [K, N]: the gradient of a linear layer's input, dx = dy W.</summary>
    NN,

    /// <summary>The transpose of A [K, M] times B [K, N]: the gradient of a linear layer's weight, dW = dyᵀ x.</summary>
    TN,
}

/// <summary>What the operands of a matrix multiplication are rounded to; sums are in fp32 always.</summary>
public enum ProductPrecision
{
    /// <summary>Nothing is rounded.</summary>
    Float32,

    /// <summary>
    /// Both operands are rounded to the nearest bf16, ties to even, subnormal numbers to zero; a back end that cannot
    /// computes in <see cref="Float32"/>.
    /// </summary>
    BFloat16,
}

/// <summary>Which normalisation a network uses.</summary>
public enum NormalizationKind
{
    /// <summary>Mean and variance, gain and shift (Ba et al., 2016).</summary>
    LayerNorm,

    /// <summary>Root mean square and gain (Zhang and Sennrich, 2019).</summary>
    RmsNorm,
}

/// <summary>The shape of multi-head attention with grouped queries (Ainslie et al., 2023).</summary>
/// <param name="HeadCount">Query heads; a multiple of <paramref name="KeyValueHeadCount"/>.</param>
/// <param name="KeyValueHeadCount">Key and value heads; each serves HeadCount / KeyValueHeadCount query heads.</param>
/// <param name="HeadWidth">Columns of one head.</param>
/// <param name="Scale">What dot products are multiplied by, usually 1/√HeadWidth.</param>
public readonly record struct AttentionShape(int HeadCount, int KeyValueHeadCount, int HeadWidth, float Scale);

/// <summary>The values of one AdamW step (Loshchilov and Hutter, 2019).</summary>
/// <param name="LearningRate">The step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="Step">The number of this step, from 1, for the bias correction.</param>
/// <param name="GradientScale">What gradients are multiplied by first: the clipping factor.</param>
public readonly record struct AdamWStep(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, long Step, float GradientScale);

/// <summary>
/// The operations that networks are made of, forward and backward. A back end implements this and nothing above it
/// changes. Every kernel gives the same bits for any number of threads: work is split by output tile, and sums over
/// rows run over fixed chunks in a fixed order. Gradients of parameters are added to what is there; gradients of
/// activations overwrite, unless said otherwise. Activations and their gradients are fp32 or bf16, all of a call's
/// alike; the residual stream and its gradient, tables, and what is a pointer are fp32. R stands for rows (positions), C
/// for the width.
/// </summary>
public abstract unsafe class Kernels : IDisposable
{
    /// <summary>What runs: the instruction set, for the reports.</summary>
    public abstract string Name { get; }

    /// <summary>The threads that the kernels use.</summary>
    public abstract int ThreadCount { get; }

    /// <summary>Whether <see cref="ProductPrecision.BFloat16"/> is more than a wish.</summary>
    public abstract bool HasBFloat16Products { get; }

    /// <summary>C = A·B, or C += A·B, plus an optional bias of every row.</summary>
    /// <param name="product">How A and B lie in memory.</param>
    /// <param name="a">[M, K], or [K, M] for <see cref="MatrixProduct.TN"/>.</param>
    /// <param name="b">[N, K] for <see cref="MatrixProduct.NT"/>, else [K, N].</param>
    /// <param name="c">[M, N].</param>
    /// <param name="accumulate">Whether the product is added to <paramref name="c"/>.</param>
    /// <param name="bias">[N], added to every row, or null.</param>
    /// <param name="precision">What A and B are rounded to.</param>
    public abstract void Multiply(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate = false, float* bias = null,
        ProductPrecision precision = ProductPrecision.Float32);

    /// <summary>
    /// The residual stream and the norm behind it in one pass: sum = x + delta (+ deltaBias), y = norm(sum)·gain (+ shift).
    /// </summary>
    /// <param name="kind">Which norm; RMS has neither mean nor shift.</param>
    /// <param name="x">[R, C].</param>
    /// <param name="delta">[R, C], or null where nothing is added: then sum is not written.</param>
    /// <param name="deltaBias">[C] or null.</param>
    /// <param name="sum">[R, C]; may be <paramref name="x"/>.</param>
    /// <param name="gain">[C].</param>
    /// <param name="shift">[C] or null.</param>
    /// <param name="epsilon">Added to the variance or mean square.</param>
    /// <param name="y">[R, C].</param>
    /// <param name="mean">[R], written under LayerNorm.</param>
    /// <param name="inverseDeviation">[R], written.</param>
    public abstract void AddNormalize(
        NormalizationKind kind, MatrixView x, MatrixView? delta, float* deltaBias, MatrixView sum, float* gain,
        float* shift, float epsilon, MatrixView y, float* mean, float* inverseDeviation);

    /// <summary>The backward pass of the norm in <see cref="AddNormalize"/>, joined to the residual stream.</summary>
    /// <param name="kind">Which norm.</param>
    /// <param name="sum">[R, C], the norm's input.</param>
    /// <param name="dy">[R, C].</param>
    /// <param name="gain">[C].</param>
    /// <param name="mean">[R]; read under LayerNorm.</param>
    /// <param name="inverseDeviation">[R].</param>
    /// <param name="dx">[R, C]; the gradient of sum is added to it where <paramref name="accumulate"/>, else written.</param>
    /// <param name="accumulate">Whether dx already holds the gradient that came by the residual stream.</param>
    /// <param name="dDelta">
    /// [R, C] or null: the finished dx once more, as dy is stored; the gradient of the delta behind the sum.
    /// </param>
    /// <param name="dGain">[C], added to.</param>
    /// <param name="dShift">[C], added to, or null.</param>
    /// <param name="dDeltaBias">[C] or null: the column sums of the finished dx are added to it.</param>
    public abstract void NormalizeBackward(
        NormalizationKind kind, MatrixView sum, MatrixView dy, float* gain, float* mean, float* inverseDeviation,
        MatrixView dx, bool accumulate, MatrixView? dDelta, float* dGain, float* dShift, float* dDeltaBias);

    /// <summary>RMS norm of every head by itself, in place on a saved copy: y = x/rms(x)·gain, heads side by side.</summary>
    /// <param name="x">[R, heads·headWidth], the input.</param>
    /// <param name="headWidth">Columns of a head.</param>
    /// <param name="gain">[headWidth].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="y">[R, heads·headWidth].</param>
    /// <param name="inverseDeviation">[R·heads], written.</param>
    public abstract void NormalizeHeads(
        MatrixView x, int headWidth, float* gain, float epsilon, MatrixView y, float* inverseDeviation);

    /// <summary>The backward pass of <see cref="NormalizeHeads"/>.</summary>
    /// <param name="x">[R, heads·headWidth], the input of the forward pass.</param>
    /// <param name="headWidth">Columns of a head.</param>
    /// <param name="gain">[headWidth].</param>
    /// <param name="inverseDeviation">[R·heads].</param>
    /// <param name="dy">[R, heads·headWidth]; overwritten by the gradient of x.</param>
    /// <param name="dGain">[headWidth], added to.</param>
    public abstract void NormalizeHeadsBackward(
        MatrixView x, int headWidth, float* gain, float* inverseDeviation, MatrixView dy, float* dGain);

    /// <summary>
    /// Rotary positions (Su et al., 2021) in place, halves paired as Llama does: (x₁, x₂) → (x₁cos − x₂sin, x₂cos + x₁sin).
    /// </summary>
    /// <param name="x">[R, heads·headWidth].</param>
    /// <param name="headWidth">Columns of a head; even.</param>
    /// <param name="positions">[R], rows of the table.</param>
    /// <param name="table">[positions, headWidth]: the cosines of the half, then its sines.</param>
    /// <param name="inverse">Turns back: the backward pass.</param>
    public abstract void Rotate(MatrixView x, int headWidth, int* positions, MatrixView table, bool inverse);

    /// <summary>y = gelu(x) by the tanh formula (Hendrycks and Gimpel, 2016). [R, F] both.</summary>
    public abstract void Gelu(MatrixView x, MatrixView y);

    /// <summary>dy becomes dx, the gradient of the input of <see cref="Gelu"/>, in place; its column sums are added to dBias [F] unless null.</summary>
    public abstract void GeluBackward(MatrixView x, MatrixView dy, float* dBias);

    /// <summary>y = silu(gate)·up (Shazeer, 2020); gateAndUp [R, 2F] holds the gate's F columns, then the other's; y [R, F].</summary>
    public abstract void SwiGlu(MatrixView gateAndUp, MatrixView y);

    /// <summary>The gradient of <see cref="SwiGlu"/>: dy [R, F] gives dGateAndUp [R, 2F], written; its column sums are added to dBias [2F] unless null.</summary>
    public abstract void SwiGluBackward(MatrixView gateAndUp, MatrixView dy, MatrixView dGateAndUp, float* dBias);

    /// <summary>The column sums of x [R, C] are added to sums [C].</summary>
    public abstract void AddColumnSums(MatrixView x, float* sums);

    /// <summary>
    /// Softmax attention within every sequence of the layout. Query, key and value may be bf16 where they are rounded to
    /// it anyway, as <see cref="HasBFloat16Products"/> says; the output is fp32.
    /// </summary>
    /// <param name="shape">Heads and widths.</param>
    /// <param name="layout">Sequences and their mask.</param>
    /// <param name="query">[R, HeadCount·HeadWidth].</param>
    /// <param name="key">[R, KeyValueHeadCount·HeadWidth].</param>
    /// <param name="value">[R, KeyValueHeadCount·HeadWidth].</param>
    /// <param name="output">[R, HeadCount·HeadWidth].</param>
    /// <param name="logSums">[HeadCount, R], written: what the backward pass needs of the softmax.</param>
    /// <param name="precision">What the operands of the products, the softmax's weights among them, are rounded to.</param>
    public abstract void Attend(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, ProductPrecision precision = ProductPrecision.Float32);

    /// <summary>
    /// The backward pass of <see cref="Attend"/>. Query, key and value may be bf16 as there, and so may their gradients:
    /// sums are fp32 and rounded once.
    /// </summary>
    /// <param name="shape">Heads and widths.</param>
    /// <param name="layout">Sequences and their mask.</param>
    /// <param name="query">[R, HeadCount·HeadWidth].</param>
    /// <param name="key">[R, KeyValueHeadCount·HeadWidth].</param>
    /// <param name="value">[R, KeyValueHeadCount·HeadWidth].</param>
    /// <param name="output">[R, HeadCount·HeadWidth], as the forward pass wrote it.</param>
    /// <param name="logSums">[HeadCount, R], as the forward pass wrote them.</param>
    /// <param name="dOutput">[R, HeadCount·HeadWidth].</param>
    /// <param name="dQuery">[R, HeadCount·HeadWidth], written.</param>
    /// <param name="dKey">[R, KeyValueHeadCount·HeadWidth], written.</param>
    /// <param name="dValue">[R, KeyValueHeadCount·HeadWidth], written.</param>
    /// <param name="precision">What the operands of the products are rounded to, as in the forward pass.</param>
    public abstract void AttendBackward(
        AttentionShape shape, SequenceLayout layout, MatrixView query, MatrixView key, MatrixView value,
        MatrixView output, float* logSums, MatrixView dOutput, MatrixView dQuery, MatrixView dKey, MatrixView dValue,
        ProductPrecision precision = ProductPrecision.Float32);

    /// <summary>Causal attention of new positions over a cache that holds theirs already: inference.</summary>
    /// <param name="shape">Heads and widths.</param>
    /// <param name="query">[N, HeadCount·HeadWidth], the last N positions.</param>
    /// <param name="keys">[length, KeyValueHeadCount·HeadWidth], the cache, the new positions last.</param>
    /// <param name="values">[length, KeyValueHeadCount·HeadWidth].</param>
    /// <param name="output">[N, HeadCount·HeadWidth].</param>
    /// <param name="precision">
    /// What the operands are rounded to where there are many queries; few are bound by memory and are not rounded.
    /// </param>
    public abstract void AttendCached(
        AttentionShape shape, MatrixView query, MatrixView keys, MatrixView values, MatrixView output,
        ProductPrecision precision = ProductPrecision.Float32);

    /// <summary>y [R, C] = table[tokens[r]] (+ positionTable[positions[r]] unless null).</summary>
    public abstract void Embed(int* tokens, MatrixView table, int* positions, MatrixView? positionTable, MatrixView y);

    /// <summary>dy [R, C] is added to the rows of dTable (and dPositionTable unless null) that <see cref="Embed"/> read.</summary>
    public abstract void EmbedBackward(
        int* tokens, MatrixView dTable, int* positions, MatrixView? dPositionTable, MatrixView dy);

    /// <summary>
    /// The windows of a convolution: windows [images·WindowCount, 9·Channels] = the cells of each, row by row, of
    /// x [images·PositionCount, Channels]; both of one type.
    /// </summary>
    public abstract void GatherWindows(WindowShape shape, MatrixView x, MatrixView windows);

    /// <summary>
    /// The gradient of <see cref="GatherWindows"/>: dx [images·PositionCount, Channels], written, is the sum of the cells
    /// of dWindows [images·WindowCount, 9·Channels] that hold the position; both of one type.
    /// </summary>
    public abstract void SumWindows(WindowShape shape, MatrixView dWindows, MatrixView dx);

    /// <summary>
    /// Reserves a weight matrix [N, K] in the layout that <see cref="MultiplyPacked"/> reads; zero until rows are packed.
    /// </summary>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="parts">The parts, one below the other, each in a format of its own; N is the sum of their rows.</param>
    /// <param name="columns">K, a whole number of blocks of every format.</param>
    public abstract PackedWeights PlanWeights(MemoryPlan plan, IReadOnlyList<WeightPart> parts, int columns);

    /// <summary>Packs rows of a weight matrix, once its memory exists.</summary>
    /// <param name="weights">The matrix.</param>
    /// <param name="row">The first of the rows.</param>
    /// <param name="blocks">Whole rows of blocks, as a file holds them, in the format of the part that they lie in.</param>
    /// <exception cref="ArgumentException">They are not whole rows of one part.</exception>
    public abstract void PackRows(PackedWeights weights, int row, ReadOnlySpan<byte> blocks);

    /// <summary>
    /// y = x Wᵀ + bias. Where W is quantised, a back end may round x to 8 bits, blocks of 32 by a scale of their own.
    /// </summary>
    /// <param name="x">[R, K].</param>
    /// <param name="weights">W [N, K].</param>
    /// <param name="y">[R, N].</param>
    /// <param name="bias">[N], or null.</param>
    public abstract void MultiplyPacked(MatrixView x, PackedWeights weights, MatrixView y, float* bias = null);

    /// <summary>As <see cref="Embed"/>, from a packed table.</summary>
    public abstract void EmbedPacked(
        int* tokens, PackedWeights table, int* positions, MatrixView? positionTable, MatrixView y);

    /// <summary>
    /// Softmax cross-entropy of every row, in nats; logits become their own gradient: (softmax − onehot)·gradientScale,
    /// zero where the target is negative.
    /// </summary>
    /// <param name="logits">[R, V]; overwritten by the gradient unless gradientScale is 0, then left as they are.</param>
    /// <param name="targets">[R]; negative: ignored.</param>
    /// <param name="gradientScale">Usually 1/(counted rows); 0 for evaluation.</param>
    /// <param name="losses">[R], written: the loss of each row, 0 where ignored.</param>
    public abstract void CrossEntropy(MatrixView logits, int* targets, float gradientScale, float* losses);

    /// <summary>
    /// Softmax cross-entropy of every row against a distribution, in nats: −Σ tᵥ log softmaxᵥ; logits become their own
    /// gradient, (softmax·Σ t − t)·gradientScale. The weights tᵥ ≥ 0 of a row need not add up to 1: their sum is the
    /// row's weight.
    /// </summary>
    /// <param name="logits">[R, V]; overwritten by the gradient unless gradientScale is 0, then left as they are.</param>
    /// <param name="targets">[R, V], fp32.</param>
    /// <param name="gradientScale">Usually 1/R; 0 for evaluation.</param>
    /// <param name="losses">[R], written: the loss of each row.</param>
    public abstract void CrossEntropy(MatrixView logits, MatrixView targets, float gradientScale, float* losses);

    /// <summary>y [sequences, C], fp32: the mean of the rows of x [R, C] over every sequence of the layout.</summary>
    public abstract void MeanSequences(SequenceLayout layout, MatrixView x, MatrixView y);

    /// <summary>The gradient of <see cref="MeanSequences"/>: dy [sequences, C], fp32, gives dx [R, C], written.</summary>
    public abstract void MeanSequencesBackward(SequenceLayout layout, MatrixView dy, MatrixView dx);

    /// <summary>y = x, rounded where y is bf16 and x is not. [R, C] both.</summary>
    public abstract void Copy(MatrixView x, MatrixView y);

    /// <summary>y[i] = value.</summary>
    public abstract void Fill(float* y, long count, float value);

    /// <summary>y[i] = scaleY·y[i] + scaleX·x[i]: sums, momentum and moving averages.</summary>
    public abstract void Blend(float* y, float scaleY, float* x, float scaleX, long count);

    /// <summary>The sum of x[i]², in double precision over fixed chunks: the same bits for any number of threads.</summary>
    public abstract double SumOfSquares(float* x, long count);

    /// <summary>One AdamW step over a range: parameters and both moments are updated.</summary>
    public abstract void AdamW(
        in AdamWStep step, float* parameters, float* gradients, float* firstMoments, float* secondMoments, long count);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the back end holds.</summary>
    protected abstract void Dispose(bool disposing);
}
