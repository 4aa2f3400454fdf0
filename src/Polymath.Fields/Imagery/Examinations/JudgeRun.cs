using System.Globalization;
using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Fields.Imagery.Examinations;

/// <summary>
/// The run of another field whose network judges samples. A recipe may name it; else one is trained on the same images,
/// once, in the folder <c>judge</c> of the run.
/// </summary>
internal static class JudgeRun
{
    private const string FolderName = "judge";

    /// <summary>Opens the judge of a run; trains it first where there is none.</summary>
    /// <param name="field">The field of the judge.</param>
    /// <param name="recipe">The maker's recipe, resolved.</param>
    /// <param name="context">The maker's session.</param>
    /// <param name="classes">What it is to tell apart.</param>
    /// <param name="cancellation">Ends its training early; it goes on when it is asked for again.</param>
    /// <returns>The run, whose session is an <see cref="IImageJudge"/>.</returns>
    /// <exception cref="InvalidInputException">The named run is no judge of these classes.</exception>
    public static TrainedRun Open(
        IField field, ImageryRecipe recipe, SessionContext context, IReadOnlyList<string> classes,
        CancellationToken cancellation)
    {
        bool isOwn = recipe.Judge.Length == 0;
        string path = isOwn ? Path.Combine(context.RunFolder, FolderName) : recipe.Judge;
        if (isOwn)
        {
            TrainOnce(field, path, recipe, context, cancellation);
        }

        using RunFolder folder = RunFolder.Open(path);
        string learnt = folder.ReadField();
        if (learnt != field.Name)
        {
            throw new InvalidInputException($"judge: {path} learnt the field {learnt}, expected a run of {field.Name}");
        }

        TrainedRun run = TrainedRun.Open(field, folder, context.Kernels, SessionPurpose.Inference, context.Notes);
        if (((IImageJudge)run.Session).Classes.SequenceEqual(classes))
        {
            return run;
        }

        run.Dispose();
        throw new InvalidInputException($"judge: {path} tells other classes apart than {string.Join(", ", classes)}");
    }

    private static void TrainOnce(
        IField field, string path, ImageryRecipe recipe, SessionContext context, CancellationToken cancellation)
    {
        bool isBegun = RunFolder.IsRun(path);
        using RunFolder folder = isBegun ? RunFolder.Resume(path) : RunFolder.Create(path);
        if (File.Exists(folder.ReportPath))
        {
            return;
        }

        context.Notes($"training a judge of samples, a model of {field.Name}, for {recipe.JudgeBudget}: {path}");
        Recipe judge = isBegun ? folder.ReadRecipe(field) : Derive(field, recipe);
        TrainingOutcome outcome = Training.Run(
            field, judge, folder, context.Kernels, new TrainingOptions { Clock = context.Clock }, cancellation);
        if (!outcome.IsComplete)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    // The same images, made ready and parted in the same way: what a judge is tested on it has not learnt from.
    private static Recipe Derive(IField field, ImageryRecipe recipe) =>
        RecipeDocument.Compose(field, null,
        [
            $"imageSide={recipe.ImageSide}", $"channelCount={recipe.ChannelCount}",
            string.Create(CultureInfo.InvariantCulture, $"testShare={recipe.TestShare}"),
            string.Create(CultureInfo.InvariantCulture, $"validationShare={recipe.ValidationShare}"),
        ]) with
        {
            Data = recipe.Data, Strict = recipe.Strict, Seed = recipe.Seed, Budget = recipe.JudgeBudget,
        };
}
