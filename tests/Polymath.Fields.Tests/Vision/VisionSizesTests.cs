using Polymath.Fields.Tests.Images.Sources;
using Polymath.Fields.Vision;
using Polymath.Formats.Images;

namespace Polymath.Fields.Tests.Vision;

public sealed class VisionSizesTests
{
    [Fact]
    public void SizesComeFromTheDataWhereTheRecipeIsSilent()
    {
        var source = new MemorySource(["a", "b"]);
        source.AddMany(0, 5).AddMany(1, 5);
        VisionRecipe silent = new();
        VisionRecipe small = VisionSizes.Resolve(silent with { Patch = silent.Patch with { Size = 0 } }, source);
        Assert.Equal((4, 1, 2, 4, true), (small.ImageSide, small.ChannelCount, small.Patch.Size, small.Network.ContextLength, small.Augmentation.Flip));
        source.Add(0, () => new PixelImage(100, 30, 3, new byte[9000]));
        VisionRecipe mixed = VisionSizes.Resolve(silent with { Patch = silent.Patch with { Size = 0 } }, source);
        Assert.Equal((64, 3, 8), (mixed.ImageSide, mixed.ChannelCount, mixed.Patch.Size));
        VisionRecipe rounded = VisionSizes.Resolve(silent with { ImageSide = 30, ChannelCount = 1 }, source);
        Assert.Equal((32, 4), (rounded.ImageSide, rounded.Patch.Size));
    }
}
