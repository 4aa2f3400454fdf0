using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Cosines and sines of rotary positions (Su et al., "RoFormer", 2021, equation 15): row p holds cos(p·θᵢ), then
/// sin(p·θᵢ), with θᵢ = base^(−2i/headWidth). Shared by all layers.
/// </summary>
public sealed unsafe class RotaryTable
{
    private readonly PlannedMatrix _table;
    private readonly float _base;
    private bool _filled;

    /// <summary>Reserves the table.</summary>
    public RotaryTable(NetworkBuilder builder, TrunkRecipe recipe)
    {
        _base = recipe.RotaryBase;
        _table = builder.Plan.ReserveMatrix("rotary table", recipe.ContextLength, recipe.ResolvedHeadWidth);
    }

    /// <summary>[ContextLength, headWidth]; computed at first use.</summary>
    public MatrixView View
    {
        get
        {
            if (!_filled)
            {
                Fill();
            }

            return _table.View;
        }
    }

    private void Fill()
    {
        int half = _table.Columns / 2;
        for (int position = 0; position < _table.Rows; position++)
        {
            Span<float> row = _table.View.RowSpan(position);
            for (int pair = 0; pair < half; pair++)
            {
                double angle = position * Math.Pow(_base, -2.0 * pair / _table.Columns);
                row[pair] = (float)Math.Cos(angle);
                row[half + pair] = (float)Math.Sin(angle);
            }
        }

        _filled = true;
    }
}
