using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Vision;
using Polymath.Fields.Vision.Examinations;
using Polymath.Formats.Images;
using Polymath.Learning;

namespace Polymath.Fields.Imagery.Examinations;

/// <summary>
/// A vision model that judges images: of which class they are, and by which features. A recipe may name its run; else one
/// is trained on the same images, once, in the folder <c>judge</c> of the run.
/// </summary>
internal sealed class ImageJudge : IDisposable
{
    private const string FolderName = "judge";

    private readonly TrainedRun _run;
    private readonly ImageClassifier _classifier;
    private readonly VisionRecipe _recipe;

    private ImageJudge(TrainedRun run, VisionSession session, VisionRecipe recipe) =>
        (_run, _classifier, _recipe) = (run, session.Classifier, recipe);

    /// <summary>Opens the judge of a run; trains it first where there is none.</summary>
    /// <param name="recipe">The maker's recipe, resolved.</param>
    /// <param name="context">The maker's session.</param>
    /// <param name="classes">What it is to tell apart.</param>
    /// <param name="cancellation">Ends its training early; it goes on when it is asked for again.</param>
    /// <exception cref="InvalidInputException">The named run is no vision model of these classes.</exception>
    public static ImageJudge Open(
        ImageryRecipe recipe, SessionContext context, IReadOnlyList<string> classes, CancellationToken cancellation)
    {
        var field = new VisionField();
        bool isOwn = recipe.Judge.Length == 0;
        string path = isOwn ? Path.Combine(context.RunFolder, FolderName) : recipe.Judge;
        if (isOwn)
        {
            TrainOnce(field, path, recipe, context, cancellation);
        }

        using RunFolder folder = RunFolder.Open(path);
        string learnt = folder.ReadField();
        if (learnt != VisionField.FieldName)
        {
            throw new InvalidInputException($"judge: {path} learnt the field {learnt}, expected a run of {VisionField.FieldName}");
        }

        if (!ClassNames.Load(path).SequenceEqual(classes))
        {
            throw new InvalidInputException($"judge: {path} tells other classes apart than {string.Join(", ", classes)}");
        }

        TrainedRun run = TrainedRun.Open(field, folder, context.Kernels, SessionPurpose.Inference, context.Notes);
        return new ImageJudge(run, (VisionSession)run.Session, (VisionRecipe)run.Session.Recipe);
    }

    /// <summary>Judges images of any one size.</summary>
    /// <param name="images">[side, side, channels] each.</param>
    /// <param name="side">Pixels of their sides.</param>
    /// <param name="channelCount">Their channels.</param>
    /// <param name="labels">What they are to be.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The features [images][features], and the classes found.</returns>
    public (IReadOnlyList<float[]> Features, Classification Found) Judge(
        IReadOnlyList<ReadOnlyMemory<byte>> images, int side, int channelCount, IReadOnlyList<int> labels,
        CancellationToken cancellation)
    {
        List<float[]> features = [], probabilities = [];
        foreach (ReadOnlyMemory<byte>[] part in images.Chunk(_classifier.MaxImages))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte>[] fitted =
            [
                .. part.Select(pixels => (ReadOnlyMemory<byte>)ImageFitting.Fit(
                    new PixelImage(side, side, channelCount, pixels.ToArray()), _recipe.ImageSide, _recipe.ChannelCount)),
            ];
            (float[][] partFeatures, float[][] partProbabilities) = _classifier.Describe(fitted);
            features.AddRange(partFeatures);
            probabilities.AddRange(partProbabilities);
        }

        return (features, new Classification(labels, probabilities));
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    private static void TrainOnce(
        VisionField field, string path, ImageryRecipe recipe, SessionContext context, CancellationToken cancellation)
    {
        bool isBegun = RunFolder.IsRun(path);
        using RunFolder folder = isBegun ? RunFolder.Resume(path) : RunFolder.Create(path);
        if (File.Exists(folder.ReportPath))
        {
            return;
        }

        context.Notes($"training a judge of samples, a vision model, for {recipe.JudgeBudget}: {path}");
        VisionRecipe judge = isBegun
            ? (VisionRecipe)folder.ReadRecipe(field)
            : (VisionRecipe)field.DefaultRecipe with
            {
                Data = recipe.Data, ImageSide = recipe.ImageSide, ChannelCount = recipe.ChannelCount,
                TestShare = recipe.TestShare, ValidationShare = recipe.ValidationShare, Strict = recipe.Strict,
                Seed = recipe.Seed, Budget = recipe.JudgeBudget,
            };
        TrainingOutcome outcome = Training.Run(
            field, judge, folder, context.Kernels, new TrainingOptions { Clock = context.Clock }, cancellation);
        if (!outcome.IsComplete)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
