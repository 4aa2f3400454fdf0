namespace Polymath.Formats.TensorBoard;

/// <summary>
/// Writes metrics as a TensorBoard event file: TFRecords of <c>Event</c> messages
/// (tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto).
/// </summary>
/// <remarks>
/// Each start of a process writes a file of its own into the run's folder, and TensorBoard joins them. Every event goes
/// to the operating system in one write, so TensorBoard sees it at once and a killed process leaves no half record.
/// Steady writing allocates nothing. Not safe for several threads.
/// </remarks>
public sealed class EventFileWriter : IDisposable
{
    // Field numbers of the messages.
    private const int EventWallTime = 1;
    private const int EventStep = 2;
    private const int EventFileVersion = 3;
    private const int EventSummary = 5;
    private const int EventSessionLog = 7;
    private const int SessionStatus = 1;
    private const int SessionStart = 1;
    private const int SummaryValue = 1;
    private const int ValueTag = 1;
    private const int ValueSimpleValue = 2;
    private const int ValueTensor = 8;
    private const int ValueMetadata = 9;
    private const int MetadataPluginData = 1;
    private const int PluginName = 1;
    private const int TensorDataType = 1;
    private const int TensorShape = 2;
    private const int TensorStrings = 8;
    private const int ShapeDimension = 2;
    private const int DimensionSize = 1;
    private const int StringDataType = 7;

    private readonly TimeProvider _time;
    private readonly FileStream _stream;
    private readonly ProtobufBuffer _buffer = new();

    /// <summary>Creates a new event file and writes its version.</summary>
    /// <param name="folder">The run's folder or one below it; created if missing.</param>
    /// <param name="time">Gives the wall time of the events and of the file's name.</param>
    /// <param name="resumedStep">
    /// The step a resumed run starts from: TensorBoard then drops the points of earlier files that lie at or beyond it,
    /// which this run writes again.
    /// </param>
    /// <param name="host">The last part of the file's name; this machine's name by default.</param>
    /// <exception cref="IOException">The folder or file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public EventFileWriter(string folder, TimeProvider time, long? resumedStep = null, string? host = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        Directory.CreateDirectory(folder);
        _stream = CreateFile(folder, time.GetUtcNow().ToUnixTimeSeconds(), host ?? Environment.MachineName);
        BeginEvent();
        _buffer.WriteString(EventFileVersion, "brain.Event:2");
        EndEvent();
        if (resumedStep is long step)
        {
            WriteSessionStart(step);
        }
    }

    /// <summary>The file that is written.</summary>
    public string Path => _stream.Name;

    /// <summary>
    /// Writes one point of a curve. It is stored as <c>simple_value</c>, which every version of TensorBoard and every
    /// reader of event files accepts.
    /// </summary>
    /// <param name="tag">The curve's name; slashes group curves.</param>
    /// <param name="step">Where the point lies on the step axis.</param>
    /// <param name="value">The value; NaN and infinities are shown as such.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    public void WriteScalar(string tag, long step, float value)
    {
        BeginEvent();
        _buffer.WriteInt64(EventStep, step);
        int summary = _buffer.BeginMessage(EventSummary);
        int entry = _buffer.BeginMessage(SummaryValue);
        _buffer.WriteString(ValueTag, tag);
        _buffer.WriteSingle(ValueSimpleValue, value);
        _buffer.EndMessage(entry);
        _buffer.EndMessage(summary);
        EndEvent();
    }

    /// <summary>Writes a text, shown as Markdown on TensorBoard's text page: a recipe, a sample.</summary>
    /// <param name="tag">The text's name; slashes group texts.</param>
    /// <param name="step">Where the text lies on the step axis.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    public void WriteText(string tag, long step, string text)
    {
        BeginEvent();
        _buffer.WriteInt64(EventStep, step);
        int summary = _buffer.BeginMessage(EventSummary);
        int entry = _buffer.BeginMessage(SummaryValue);
        _buffer.WriteString(ValueTag, tag);
        int tensor = _buffer.BeginMessage(ValueTensor);
        _buffer.WriteInt64(TensorDataType, StringDataType);
        int shape = _buffer.BeginMessage(TensorShape);
        int dimension = _buffer.BeginMessage(ShapeDimension);
        _buffer.WriteInt64(DimensionSize, 1);
        _buffer.EndMessage(dimension);
        _buffer.EndMessage(shape);
        _buffer.WriteString(TensorStrings, text);
        _buffer.EndMessage(tensor);
        int metadata = _buffer.BeginMessage(ValueMetadata);
        int plugin = _buffer.BeginMessage(MetadataPluginData);
        _buffer.WriteString(PluginName, "text");
        _buffer.EndMessage(plugin);
        _buffer.EndMessage(metadata);
        _buffer.EndMessage(entry);
        _buffer.EndMessage(summary);
        EndEvent();
    }

    /// <summary>Forces everything written so far to the disk: for the moment of a checkpoint.</summary>
    /// <exception cref="IOException">The disk reports a fault.</exception>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    // Two starts within one second must not share a file; TensorBoard accepts anything after the host.
    private static FileStream CreateFile(string folder, long unixSeconds, string host)
    {
        string name = System.IO.Path.Combine(folder, $"events.out.tfevents.{unixSeconds:D10}.{host}");
        for (int attempt = 0; ; attempt++)
        {
            string path = attempt == 0 ? name : $"{name}.{attempt}";
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }
    }

    private void WriteSessionStart(long step)
    {
        BeginEvent();
        _buffer.WriteInt64(EventStep, step);
        int session = _buffer.BeginMessage(EventSessionLog);
        _buffer.WriteInt64(SessionStatus, SessionStart);
        _buffer.EndMessage(session);
        EndEvent();
    }

    private void BeginEvent()
    {
        _buffer.Reset(RecordFraming.HeaderBytes);
        TimeSpan sinceEpoch = _time.GetUtcNow() - DateTimeOffset.UnixEpoch;
        _buffer.WriteDouble(EventWallTime, sinceEpoch.TotalSeconds);
    }

    private void EndEvent()
    {
        _buffer.Reserve(RecordFraming.FooterBytes);
        RecordFraming.Seal(_buffer.Written);
        _stream.Write(_buffer.Written);
    }
}
