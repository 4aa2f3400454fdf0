using System.Text;
using Polymath.Compute;
using Polymath.Fields.Text.Sources.DotnetDocs;

namespace Polymath.Fields.Tests.Text.Sources.DotnetDocs;

public sealed class DocumentationReaderTests
{
    [Theory]
    [InlineData(
        "<summary>Compares two <see cref=\"T:System.String\" /> objects   using\n  the specified rules .</summary>",
        "Compares two String objects using the specified rules.")]
    [InlineData(
        """<param name="value">The <paramref name="value" /> or <see langword="null" /> to use.</param>""",
        "value: The value or null to use.")]
    [InlineData(
        """<returns><see langword="true" /> if it is &lt; 0 &amp; small; otherwise <c>false</c>.</returns>""",
        "Returns: true if it is < 0 & small; otherwise false.")]
    [InlineData(
        """<exception cref="T:System.ArgumentNullException"><paramref name="a" /> is a null reference.</exception>""",
        "Throws ArgumentNullException: a is a null reference.")]
    [InlineData(
        """<exception cref="T:System.ArgumentException"><paramref name="a" />.<see cref="P:System.String.Length" /> is far too large.</exception>""",
        "Throws ArgumentException: a.Length is far too large.")]
    [InlineData(
        "<remarks><para>The first paragraph stands alone.</para><para>The second one as well.</para></remarks>",
        "The first paragraph stands alone.|The second one as well.")]
    [InlineData(
        "<remarks>One blank line parts paragraphs.\n  \n And here is another.</remarks>",
        "One blank line parts paragraphs.|And here is another.")]
    [InlineData(
        """
        <returns>A number as follows.
        <list type="table"><listheader><term>Value</term><description>Condition</description></listheader>
        <item><term>Zero</term><description>Both of them are equal.</description></item></list></returns>
        """,
        "Returns: A number as follows.|Zero: Both of them are equal.")]
    [InlineData(
        "<summary>Call <code>Run()</code> for this to work.<code>var x = 1;\nvar y = 2;</code>Then wait until it ends.</summary>",
        "Call Run() for this to work.|Then wait until it ends.")]
    [InlineData(
        """<summary>See <see href="https://example.org">the open standard</see> for .NET details.</summary>""",
        "See the open standard for .NET details.")]
    [InlineData(
        "<remarks><![CDATA[\n## Remarks\nUse <xref:System.String.Length%2A?text=x> or [the guide](~/g.md) with **great** care.\n\n```csharp\nint x;\n```\n]]></remarks>",
        "Use Length or the guide with great care.")]
    [InlineData(
        "<param name=\"x\">The value to be used.</param><summary>Comes first in any case.</summary>",
        "Comes first in any case.|x: The value to be used.")]
    [InlineData(
        "<summary>Thrown when <paramref name=\"a\" /> &gt; <paramref name=\"b\" /> - as is usual.</summary>",
        "Thrown when a > b - as is usual.")]
    [InlineData("<summary>__m128i _mm_abs_epi8 (__m128i a) PABSB xmm1, xmm2</summary>", "")]
    [InlineData(
        "<summary>-or-</summary><remarks>To be added.</remarks><example>An example of it all.</example>",
        "To be added.")]
    [InlineData(
        "<summary>Represents an <c><script a=\"b\"></script></c> element or an <c />.</summary>",
        "Represents an <script> element or an.")]
    [InlineData("<summary /><param name=\"a\" /><seealso cref=\"T:A\">Not a word of this.</seealso>", "")]
    public void GivesCleanProse(string xml, string expected)
    {
        DocumentationMember? member = Read($"<member name=\"M:N.T.Do\">{xml}</member>").SingleOrDefault();
        Assert.Equal(expected, string.Join('|', member?.Paragraphs.Select(paragraph => paragraph.Text) ?? []));
    }

    [Fact]
    public void MembersComeInTheFilesOrderEvenBehindEmptyOnes()
    {
        List<DocumentationMember> members = Read(
            """
            <member name="T:A"><summary>The first of the types.</summary></member>
            <member name="T:B" /><member /><member name="T:C"></member>
            <member name="M:A.Do"><summary>Does what it says.</summary></member>
            """);
        Assert.Equal(["A", "A.Do"], members.Select(member => member.Id.ShortName));
    }

    [Theory]
    [InlineData("The <see cref=\"T:A\" /> holds 12 items.", "the <see cref=\"T:B\" /> holds 7 items", true)]
    [InlineData("Gets the first item_1 of it.", "Gets the first item_2 of it.", true)]
    [InlineData("The <see cref=\"T:A\" /> holds items.", "The <see cref=\"T:A\" /> holds nothing.", false)]
    [InlineData("The cat sat on it.", "The <see cref=\"T:Cat\" /> sat on it.", false)]
    public void TheKeyLeavesOutWhatIsNotLanguage(string first, string second, bool same)
    {
        UInt128 Key(string text) =>
            Read($"<member name=\"T:X\"><summary>{text}</summary></member>")[0].Paragraphs[0].Key;
        Assert.Equal(same, Key(first) == Key(second));
    }

    [Theory]
    [InlineData("<doc><members><member name=\"T:A\"><summary>Not closed at all.</doc>")]
    [InlineData("<!DOCTYPE doc [<!ENTITY a \"b\">]><doc>&a;</doc>")]
    [InlineData("not xml")]
    [InlineData("")]
    public void DamagedXmlNamesFileAndLine(string xml)
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => DocumentationReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(xml)), "System.X.xml"));
        Assert.StartsWith("System.X.xml, line ", fault.Message, StringComparison.Ordinal);
    }

    private static List<DocumentationMember> Read(string members) => DocumentationReader.Read(
        new MemoryStream(Encoding.UTF8.GetBytes($"<doc><assembly/><members>{members}</members></doc>")), "test.xml");
}
