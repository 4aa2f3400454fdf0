namespace Polymath.Fields.Vision;

/// <summary>How training images are varied, so that the network learns what does not matter.</summary>
public sealed record AugmentationRecipe
{
    /// <summary>How far an image is moved at most in each direction, as a share of its side; its edges are repeated.</summary>
    public float Shift { get; init; }

    /// <summary>Whether half of the images are mirrored; null: where the data allow it.</summary>
    public bool? Flip { get; init; }

    /// <summary>
    /// The side of the square that is blanked, as a share of the image's side (DeVries and Taylor, 2017); 0: none.
    /// </summary>
    public float CutOut { get; init; }

    /// <summary>
    /// The α of the Beta distribution by which pairs of images and their labels are mixed (Zhang et al., 2018); 0: not at
    /// all.
    /// </summary>
    public float Mixup { get; init; }

    /// <summary>The share of a label's weight that is spread over all classes (Szegedy et al., 2016).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    public void Validate(string key, ICollection<string> errors)
    {
        Range("shift", Shift, 0, 0.5f);
        Range("cutOut", CutOut, 0, 1);
        Range("mixup", Mixup, 0, 10);
        Range("labelSmoothing", LabelSmoothing, 0, 0.9f);

        void Range(string name, float value, float low, float high)
        {
            if (!(value >= low && value <= high))
            {
                errors.Add($"{key}.{name} is {value}, expected {low} to {high}");
            }
        }
    }
}
