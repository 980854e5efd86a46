#include "geo/graph/search.h"

#include "src/graph/search_state.h"

namespace geo::graph {

Search::Search() : state_(std::make_unique<State>()) {}
Search::~Search() = default;
Search::Search(Search&&) noexcept = default;
Search& Search::operator=(Search&&) noexcept = default;

Status Search::Begin(const ResidualGraph& graph, const Query& query) {
  return state_->Begin(graph, query);
}
void Search::ExcludeArc(EdgeIndex edge, NodeIndex tail) { state_->ExcludeArc(edge, tail); }
void Search::IncludeArc(EdgeIndex edge, NodeIndex tail) { state_->IncludeArc(edge, tail); }
void Search::ExcludeNode(NodeIndex node) { state_->ExcludeNode(node); }
void Search::IncludeNode(NodeIndex node) { state_->IncludeNode(node); }
bool Search::Excluded(NodeIndex node) const { return state_->Excluded(node); }
Outcome Search::FindPath(Flow threshold, std::uint32_t max_hops, Path* path) {
  return state_->FindPath(threshold, max_hops, path);
}
void Search::Push(const Path& path, Flow amount) { state_->Push(path, amount); }
Outcome Search::Maximize(Flow limit, std::uint32_t max_hops, Flow quantum) {
  return state_->Maximize(limit, max_hops, quantum);
}
Flow Search::value() const { return state_->value(); }
std::vector<FlowArc> Search::FlowArcs() const { return state_->FlowArcs(); }
void Search::ClearFlow() { state_->ClearFlow(); }
std::vector<CutArc> Search::MinimumCut(AmountSum* unconditional) {
  return state_->MinimumCut(unconditional);
}
std::uint64_t Search::work() const { return state_->work(); }
void Search::AddWork(std::uint64_t arcs) { state_->AddWork(arcs); }
bool Search::out_of_work() { return state_->OutOfWork(); }
Flow Search::Residual(EdgeIndex edge, NodeIndex tail) const { return state_->Residual(edge, tail); }
std::size_t Search::MemoryBytes() const { return state_->MemoryBytes(); }

}  // namespace geo::graph
