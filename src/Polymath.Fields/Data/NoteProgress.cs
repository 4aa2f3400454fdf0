namespace Polymath.Fields.Data;

/// <summary>Progress as notes of a session: at once and in order, where Progress&lt;T&gt; would hand over to the thread pool.</summary>
/// <param name="notes">Told every line.</param>
internal sealed class NoteProgress(Action<string> notes) : IProgress<string>
{
    /// <inheritdoc/>
    public void Report(string value) => notes(value);
}
